import { positionsOf } from './frame'
import { formatNumber } from './format'
import { scaleOver, type Scale } from './scale'
import { stepAxis, type StepAxis } from './stepAxis'
import type { ChartTheme } from './theme'
import type { ValueScale } from '#shared/figure'

/** A vector quantity over the steps of a run, as an evolution or a surface draws it. */
export interface EvolutionInput {
  /** Oldest first. */
  readonly records: readonly { readonly step: number; readonly data: Float64Array }[]
  /** 'index i'. */
  readonly indexTitle: string
  readonly valueTitle: string
  readonly valueScale: ValueScale
  readonly currentStep: number | null
}

/** The measured vectors as a table of positions: one row per component, one column per step. */
export interface EvolutionGrid {
  readonly axis: StepAxis
  readonly scale: Scale
  /** How many components the longest vector has. */
  readonly components: number
  readonly steps: readonly number[]
  /** The component of each row, counted from 1; of a block of components the first. */
  readonly indices: readonly number[]
  /** Positions on `scale` and the values behind them, row by row; NaN where there is none. */
  readonly positions: Float64Array
  readonly values: Float64Array
  readonly notes: readonly string[]
}

/**
 * The table of at most `mostRows` × `mostColumns`. Longer vectors are drawn by blocks of components, each by its value
 * of largest size; of more steps some are left out, never the first and the last. The notes say both.
 */
export function evolutionGrid(
  { records, valueScale }: EvolutionInput,
  theme: ChartTheme,
  { mostRows, mostColumns }: { mostRows: number; mostColumns: number },
): EvolutionGrid {
  const shown = thinned(records, mostColumns)
  const components = Math.max(0, ...shown.map(({ data }) => data.length))
  const block = Math.max(1, Math.ceil(components / mostRows))
  const indices = Array.from({ length: Math.ceil(components / block) }, (_, row) => row * block + 1)
  const values = new Float64Array(indices.length * shown.length).fill(NaN)
  shown.forEach(({ data }, column) => {
    data.forEach((value, i) => {
      const at = Math.floor(i / block) * shown.length + column
      if (!(Math.abs(values[at]!) >= Math.abs(value))) values[at] = value
    })
  })
  const scale = scaleOver(valueScale, [values])
  const { positions, missing } = positionsOf(scale, values)
  const why = scale.kind === 'log' ? '≤ 0 or not finite' : 'not finite'
  return {
    axis: stepAxis(theme, [Float64Array.from(shown, ({ step }) => step)]),
    scale,
    components,
    steps: shown.map(({ step }) => step),
    indices,
    positions,
    values,
    notes: [
      ...(block > 1 ? [`${indices.length} of ${components} components drawn (largest of each block)`] : []),
      ...(shown.length < records.length ? [`${shown.length} of ${records.length} steps drawn`] : []),
      ...(missing > 0 ? [`${missing} ${missing === 1 ? 'value' : 'values'} ${why}, left empty`] : []),
    ],
  }
}

/** 'i = 3, step 120: 1.2345', for the mark under the pointer. */
export function cellName({ indices, steps, values }: EvolutionGrid, row: number, column: number): string {
  const value = values[row * steps.length + column]!
  return `i = ${indices[row]}, step ${formatNumber(steps[column]!, 12)}: ${formatNumber(value)}`
}

function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!)
}
