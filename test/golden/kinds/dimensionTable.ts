import { z } from 'zod'
import { orbitDimension, paperDimension } from '#main/systems/deep-ufm/solutionSpace'
import { expectClose } from '../../helpers/expectClose'

export const topic = '02'

const schema = z.object({
  L: z.int(),
  K: z.int(),
  d: z.int(),
  r: z.int(),
  orbit_dim_dnc: z.int(),
  orbit_dim_rank_r: z.int(),
  paper_dim_dnc: z.int(),
  paper_dim_rank_r_equal_sv: z.int(),
  paper_dim_rank_r_distinct_sv: z.int(),
})

/** Golden kind `dimension_table`: dimensions of solution sets, exactly. */
export function check(given: unknown): void {
  const row = schema.parse(given)
  const { L, K, d, r } = row
  expectClose(orbitDimension({ L, d, r: K - 1 }), row.orbit_dim_dnc, {}, 'orbit_dim_dnc')
  expectClose(orbitDimension({ L, d, r }), row.orbit_dim_rank_r, {}, 'orbit_dim_rank_r')
  expectClose(paperDimension({ L, d, r: K - 1 }), row.paper_dim_dnc, {}, 'paper_dim_dnc')
  expectClose(paperDimension({ L, d, r }), row.paper_dim_rank_r_equal_sv, {}, 'paper_dim_rank_r_equal_sv')
  expectClose(orbitDimension({ L, d, r }), row.paper_dim_rank_r_distinct_sv, {}, 'paper_dim_rank_r_distinct_sv')
}
