import { z } from 'zod'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { simplexSolution, simplexThresholds } from '#main/systems/deep-ufm/crossEntropy'
import { pairShape, polygonShape, simplexShape } from '#main/systems/deep-ufm/logitShapes'
import { asymptoticCost, pairStructure, polygonStructure } from '#main/systems/deep-ufm/structures'
import { expectClose } from '../../helpers/expectClose'

export const topic = '02'

const value = z.number().nullable().optional()
const schema = z.object({
  L: z.int(),
  K: z.int(),
  n: z.int(),
  lambda_: z.number(),
  alpha: value,
  dnc_loss: value,
  beta: value,
  pair_loss: value,
  polygon_scale: value,
  polygon_loss: value,
  lambda_exist: value,
  alpha_peak: value,
  alpha_psd: value,
  lambda_psd: value,
  alpha_zero: value,
  lambda_zero: value,
  asymptotic_cost_dnc: value,
  asymptotic_cost_pair: value,
  asymptotic_cost_polygon: value,
})

/** `conventions`: relative 1e-9. The file minimised for the polygon's scale, which loses half the digits, and printed 8. */
const TOLERANCES: Readonly<Record<string, number>> = { polygon_scale: 3e-7 }

/** Golden kind `theory_table` of topic 02: losses, scales and thresholds of the structures. */
export function check(given: unknown): void {
  const row = schema.parse(given)
  const { L, K, n } = row
  const config = uniformConfig({ K, n, depth: L, width: K, lambda: row.lambda_ })
  const [solution, pair, polygon] = [simplexSolution(config), pairStructure(config), polygonStructure(config)]
  const thresholds = simplexThresholds({ K, n, L })
  const actual = {
    alpha: solution?.t ?? null,
    dnc_loss: solution?.loss ?? null,
    beta: pair?.scales[0] ?? null,
    pair_loss: pair?.loss ?? null,
    polygon_scale: polygon?.scales[0] ?? null,
    polygon_loss: polygon?.loss ?? null,
    lambda_exist: thresholds.exist,
    alpha_peak: thresholds.scaleAtExist,
    alpha_psd: thresholds.scaleAtPsd,
    lambda_psd: thresholds.psd,
    alpha_zero: thresholds.scaleAtZero,
    lambda_zero: thresholds.zero,
    asymptotic_cost_dnc: asymptoticCost(simplexShape(K), L),
    asymptotic_cost_pair: K % 2 === 0 ? asymptoticCost(pairShape(K), L) : null,
    asymptotic_cost_polygon: asymptoticCost(polygonShape(K), L),
  }
  for (const field of typedKeys(actual)) {
    const [measured, reference] = [actual[field], row[field]]
    if (reference === undefined) continue
    if (measured === null || reference === null) {
      if (measured !== reference) throw new Error(`${field} is ${measured}, expected ${reference}.`)
    } else expectClose(measured, reference, { rtol: TOLERANCES[field] ?? 1e-9 }, field)
  }
}

function typedKeys<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object).filter((key): key is keyof T & string => key in object)
}
