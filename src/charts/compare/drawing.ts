import type { PanelKind, PanelOf } from '#shared/comparison'
import { distinctValues, settingText, type Settings } from '#shared/comparisonSettings'
import type { ComparedRun } from '#shared/contract/comparisons'
import type { ParamValue } from '#shared/params'
import type { BuiltFigure, EmptyFigure } from '../figureData'
import type { ChartTheme } from '../theme'
import { settingsIn, visibleRuns, type ComparisonContext, type PanelData } from './context'
import { settingName, settingValueText, type RunGroup } from './runGroups'

/** What draws a panel of one kind. */
export interface Drawing<K extends PanelKind> {
  readonly panel: PanelOf<K>
  readonly title: string
  readonly context: ComparisonContext
  readonly data: PanelData
  readonly theme: ChartTheme
  /** Exports show what was measured unless the panel says otherwise. */
  readonly isExport: boolean
}

/** A figure that also knows what a person points at. */
export interface PanelFigure extends BuiltFigure {
  /** Along x; absent where x is no common axis of the panels. */
  readonly axis?: { readonly key: string; valueAt(position: number): number }
  /** On the upright axes of parallel coordinates. */
  readonly upright?: { readonly names: readonly string[]; valueAt(axis: number, position: number): number }
}

export function swept(context: ComparisonContext, path: string): ParamValue[] {
  return distinctValues(
    visibleRuns(context).map((run) => settingsIn(context, run)),
    path,
  )
}

export function has(settings: Settings, path: string, value: ParamValue | undefined): boolean {
  return settingText(settings.get(path)) === settingText(value)
}

export function equation(context: ComparisonContext, path: string, value: ParamValue | undefined): string {
  return `${settingName(path, context.systems)} = ${settingValueText(value)}`
}

export function runWords(run: ComparedRun, group: RunGroup): string {
  return `${group.label}, seed ${run.spec.seed} (${run.id})`
}

export function numberOrText(value: ParamValue | undefined): number | string | null {
  if (value === undefined) return null
  return typeof value === 'number' ? value : settingText(value)
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

export function nothing(title: string, what: string): EmptyFigure {
  return { title, reason: `${what}: none of the shown runs measured it.` }
}
