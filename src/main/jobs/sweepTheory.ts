import type { SweepTheory } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'
import { checkParams, type ParamDefinition, type ParamSchema, type ParamsOf } from '#shared/params'
import type { Prediction } from '#shared/records'
import { fieldDefinition, fieldValue } from '#shared/sweepFields'
import type { TheoryCurve } from '#shared/theoryFigure'
import type { System } from '../core/system'
import { quantitiesOf, type Catalogue } from './checkSpec'
import type { OpenedSweep } from './sweepPlan'

/** Points of a curve beside the swept values themselves. */
const POINTS = 24
/** More swept values than this are thinned out: the curves take one evaluation of the theory each. */
const MOST_CHOSEN = 40
const PREFIX = 'params.'

/**
 * What the system predicts over one swept field: a figure for each quantity, a curve for each level.
 *
 * @param over path of the field; null: the first that is swept over numbers
 */
export function sweepTheory(
  { spec, system, expansion }: OpenedSweep,
  over: string | null,
  probes: Catalogue['probes'],
): readonly SweepTheory[] {
  const axes = numericAxes(expansion.paths, system.params)
  const path = over ?? axes[0]
  if (path === undefined || !axes.includes(path)) return []
  const definition = fieldDefinition(path, system.params)
  const column = expansion.paths.indexOf(path)
  const chosen = new Set<number>()
  for (const row of expansion.rows()) {
    const value = row[column]
    if (typeof value === 'number') chosen.add(value)
    if (chosen.size >= MOST_CHOSEN) break
  }
  if (!definition || chosen.size === 0) return []
  const scale = definition.type === 'real' && Math.min(...chosen) > 0 ? definition.scale : 'linear'
  const values = curvePoints([...chosen], scale, definition)
  const base = Object.fromEntries(
    Object.keys(system.params).map((name) => [name, fieldValue(spec.base, PREFIX + name, system.params)]),
  )
  const predictions = values.map((value) => predicted(system, { ...base, [path.slice(PREFIX.length)]: value }))
  const known = new Map(quantitiesOf([...probes.values()]).map((quantity) => [quantity.id, quantity]))
  const quantities = [...new Set(predictions.flat().map(({ quantity }) => quantity))]
  return quantities.map((quantity): SweepTheory => {
    const ofQuantity = predictions.map((all) => all.filter((prediction) => prediction.quantity === quantity))
    const [first] = ofQuantity.flat()
    return {
      figure: {
        id: quantity,
        title: known.get(quantity)?.label ?? quantity,
        x: { label: definition.symbol, scale, values, param: path.slice(PREFIX.length), current: null },
        y: { label: known.get(quantity)?.symbol ?? quantity, scale: known.get(quantity)?.scale ?? 'linear' },
        curves: curvesOf(ofQuantity),
        marks: [],
        formula: first?.formula ?? '',
        source: first?.source ?? '',
      },
      chosen: [...chosen].sort((a, b) => a - b),
    }
  })
}

/** Swept parameters that are numbers. */
function numericAxes(paths: readonly string[], schema: ParamSchema): string[] {
  return paths.filter((path) => {
    const type = fieldDefinition(path, schema)?.type
    return path.startsWith(PREFIX) && (type === 'integer' || type === 'real')
  })
}

/** The swept values and points between them, ascending. */
function curvePoints(chosen: readonly number[], scale: 'linear' | 'log', definition: ParamDefinition): number[] {
  const [low, high] = [Math.min(...chosen), Math.max(...chosen)]
  const between = Array.from({ length: POINTS }, (_, i) => {
    const fraction = i / (POINTS - 1)
    const value = scale === 'log' ? low * (high / low) ** fraction : low + (high - low) * fraction
    return definition.type === 'integer' ? Math.round(value) : Math.min(high, Math.max(low, value))
  })
  return [...new Set([...chosen, ...between])].sort((a, b) => a - b)
}

/** Nothing where the theory does not apply. */
function predicted(system: System, given: Record<string, unknown>): readonly Prediction[] {
  const { values, issues } = checkParams(system.params, given)
  return issues.length > 0 ? [] : theoryOf(system, values)
}

function theoryOf(system: System, params: ParamsOf<ParamSchema>): readonly Prediction[] {
  try {
    return system.theory(params)
  } catch (thrown) {
    // A combination that makes no model has no prediction; the preview names it as an issue of the run.
    if (LabError.from(thrown).code === 'internal') throw thrown
    return []
  }
}

/** One curve for each level of each layer; layers that predict the same share one. */
function curvesOf(byPoint: readonly (readonly Prediction[])[]): TheoryCurve[] {
  const curves = new Map<string, { layers: (number | null)[]; label: string; y: (number | null)[] }>()
  const names = new Map<string, { layer: number | null; label: string }>()
  for (const { layer, levels } of byPoint.flat()) {
    for (const { label } of levels) names.set(JSON.stringify([layer, label]), { layer, label })
  }
  for (const { layer, label } of names.values()) {
    const y = byPoint.map((all) => {
      const level = all.find((one) => one.layer === layer)?.levels.find((one) => one.label === label)
      return level && Number.isFinite(level.value) ? level.value : null
    })
    const key = JSON.stringify([label, y])
    const known = curves.get(key)
    if (known) known.layers.push(layer)
    else curves.set(key, { layers: [layer], label, y })
  }
  return [...curves.values()].map(({ layers, label, y }) => ({ label: withLayers(label, layers), y }))
}

function withLayers(label: string, layers: readonly (number | null)[]): string {
  const named = layers.filter((layer) => layer !== null)
  if (named.length === 0) return label
  return `${label}, layer${named.length > 1 ? 's' : ''} ${named.join(', ')}`
}
