import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { gramSpectrum } from '#main/spectra/gramSpectrum'
import {
  marchenkoPastur,
  marchenkoPasturMass,
  marchenkoPasturOutliers,
  marchenkoPasturVariance,
} from '#main/spectra/marchenkoPastur'
import { expectClose } from '../../helpers/expectClose'

const gammas = [1e-4, 0.01, 0.05, 0.3, 0.5, 0.9, 0.99, 1]

describe('marchenkoPastur', () => {
  it.each(gammas)('has mass one, γ = %d', (gamma) => {
    expectClose(marchenkoPasturMass(gamma), 1, { atol: 1e-9 })
    const law = marchenkoPastur(gamma, 2)
    expectClose([law.cumulative(law.low), law.cumulative(law.high)], [0, 1], { atol: 1e-11 })
    expectClose(law.cumulative(law.median), 0.5, { atol: 1e-11 })
  })

  it.each(gammas)('has a closed-form share that is the integral of its density, γ = %d', (gamma) => {
    const law = marchenkoPastur(gamma, 1.7)
    const [from, to] = [law.median, law.low + 0.9 * (law.high - law.low)]
    // Simpson's rule, fourth order: 1000 intervals inside the support, where the density is smooth.
    const steps = 1000
    let integral = 0
    for (let k = 0; k <= steps; k++) {
      const weight = k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2
      integral += weight * law.density(from + ((to - from) * k) / steps)
    }
    expectClose((integral * (to - from)) / steps / 3, law.cumulative(to) - 0.5, { atol: 1e-9 })
  })

  it('has density zero outside of the edges', () => {
    const law = marchenkoPastur(0.25)
    expectClose([law.low, law.high], [0.25, 2.25], { rtol: 1e-15 })
    expect([law.density(0.2), law.density(2.3)]).toEqual([0, 0])
  })

  it('describes a Wishart matrix, and finds a spike in it', () => {
    const [d, N, sigma2] = [120, 400, 0.09]
    const X = matrix(d, N, random(11, 'wishart').normal(d * N).map((x) => 0.3 * x)) // prettier-ignore
    const values = gramSpectrum(X, 1 / N)
    const worstGap = (gamma: number) => {
      const law = marchenkoPastur(gamma, sigma2)
      return Math.max(...Array.from(values, (e, i) => Math.abs(law.cumulative(e) - 1 + (i + 0.5) / d)))
    }
    // Measured over 40 seeds at this size: the variance scatters by 1.3 %, the worst gap is 2.05/d in the median and
    // 2.97/d at most, with signed mean 0 within error; at other sizes it falls as about 1/d. Four standard deviations,
    // and a third above the largest.
    expectClose(marchenkoPasturVariance(values, d / N), sigma2, { rtol: 0.05 })
    expect(worstGap(d / N)).toBeLessThan(4 / d)
    // The allowance still tells a ratio that is a quarter off.
    expect(worstGap((1.25 * d) / N)).toBeGreaterThan(4 / d)
    expect(worstGap((0.75 * d) / N)).toBeGreaterThan(4 / d)
    const spiked = matrix(
      d,
      N,
      X.data.map((x, k) => x + (k < N ? 1 : 0)),
    )
    expect(marchenkoPasturOutliers(gramSpectrum(spiked, 1 / N), d / N)).toMatchObject({
      rule: 'marchenkoPastur',
      count: 1,
    })
  })

  it('says when it does not apply', () => {
    expect(() => marchenkoPastur(1.5)).toThrow(/γ = d\/N is 1.5.*use XᵀX/)
    expect(() => marchenkoPastur(0.5, 0)).toThrow(/σ² is 0/)
    expect(() => marchenkoPasturOutliers(new Float64Array(4), 0.5)).toThrow(/σ² = 0/)
  })
})
