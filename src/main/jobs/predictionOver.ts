import type { Metric } from '#shared/comparison'
import type { TheoryOverParam } from '#shared/contract/comparisons'
import { checkParams, type ParamValues } from '#shared/params'
import { predictionOf } from '#shared/predictionOf'
import type { Prediction } from '#shared/records'
import type { System } from '../core/system'

export interface MovedParam extends Metric {
  readonly param: string
  readonly values: readonly number[]
}

/** What theory says of one quantity at these parameters; null where they are none of the system's. */
export function predictionFor(
  system: System,
  given: ParamValues,
  quantity: string,
  layer: number | null,
): Prediction | null {
  const { values, issues } = checkParams(system.params, given)
  if (issues.length > 0) return null
  return predictionOf(system.theory(values), quantity, layer)
}

/**
 * The same as a function of one parameter: level j is the j-th of the prediction at each value. Null where theory says
 * nothing at any of them.
 */
export function predictionOver(
  system: System,
  params: ParamValues,
  { param, values, quantity, layer }: MovedParam,
): TheoryOverParam | null {
  const predictions = values.map((value) => predictionFor(system, { ...params, [param]: value }, quantity, layer))
  const fullest = predictions.reduce<Prediction | null>(
    (best, prediction) => (prediction && prediction.levels.length > (best?.levels.length ?? 0) ? prediction : best),
    null,
  )
  if (!fullest) return null
  return {
    levels: fullest.levels.map(({ label }, j) => ({
      label,
      values: Float64Array.from(predictions, (prediction) => prediction?.levels[j]?.value ?? NaN),
    })),
    formula: fullest.formula,
    source: fullest.source,
  }
}
