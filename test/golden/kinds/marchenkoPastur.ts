import { marchenkoPastur, marchenkoPasturMass } from '#main/spectra/marchenkoPastur'
import { expectClose } from '../../helpers/expectClose'
import { fieldsOf } from './fields'

/** Golden kind `marchenko_pastur`: edges, median and total mass of the law at unit variance. */
export function check(given: unknown): void {
  const c = fieldsOf(given)
  const gamma = c.number('gamma')
  const law = marchenkoPastur(gamma)
  // Edges are closed forms of a few operations; 1e-14 absolute because the lower one is a difference near γ = 1.
  expectClose(law.low, c.number('edge_low'), { rtol: 1e-13, atol: 1e-14 }, 'edge_low')
  expectClose(law.high, c.number('edge_high'), { rtol: 1e-13 }, 'edge_high')
  // The reference finds the median by numerical integration; ours is good to 1e-15 / γ.
  expectClose(law.median, c.number('median'), { rtol: 1e-9 }, 'median')
  expectClose(marchenkoPasturMass(gamma), c.number('mass_check'), { atol: 1e-9 }, 'mass_check')
}
