import { z } from 'zod'
import { singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { effectiveRank, stableRank } from '#main/probes/effectiveRanks'
import { numericalRank } from '#main/probes/numericalRank'
import { outputCollapseDistance, smallestMargin } from '#main/probes/outputCollapse'
import { repeatColumns } from '#main/systems/deep-ufm/repeatColumns'
import { expectClose } from '../../helpers/expectClose'
import { numbers } from '../ufmCase'

export const topic = '02'

/** The file prints its templates with 12 digits. */
const ROUNDED = { rtol: 1e-9, atol: 1e-11 }

const schema = z.object({
  K: z.int(),
  n: z.int(),
  class_mean_template: z.array(numbers),
  dnc_distance: z.number(),
  rank: z.int(),
  stable_rank: z.number(),
  effective_rank: z.number(),
  diagonally_superior: z.boolean(),
  min_margin: z.number(),
})

/** Golden kind `classifier_cases`: what the verdict is made from, on given class-mean logits. */
export function check(given: unknown): void {
  const golden = schema.parse(given)
  const { K, n } = golden
  const logits = repeatColumns(matrix(K, K, Float64Array.from(golden.class_mean_template.flat())), n)
  const sizes = Array<number>(K).fill(n)
  const sigma = singularValues(logits)
  expectClose(outputCollapseDistance(logits, sizes, 'simplexEtf'), golden.dnc_distance, ROUNDED, 'dnc_distance')
  expectClose(numericalRank(sigma, 1e-3), golden.rank, {}, 'rank')
  expectClose(stableRank(sigma), golden.stable_rank, ROUNDED, 'stable_rank')
  // Singular values that are zero but for the printed digits, 1e-12, add −q ln q = 3e-11 each.
  expectClose(effectiveRank(sigma), golden.effective_rank, { atol: 1e-9 }, 'effective_rank')
  const margin = smallestMargin(logits, sizes)
  expectClose(margin, golden.min_margin, ROUNDED, 'min_margin')
  if (margin > 0 !== golden.diagonally_superior)
    throw new Error(`min_margin ${margin} contradicts diagonally_superior.`)
}
