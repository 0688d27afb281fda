import { describe, expect, it } from 'vitest'
import { norm, singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { effectiveRank } from '#main/probes/effectiveRank'
import { recoveryError } from '#main/probes/recoveryError'
import { probeById } from '#main/probes/registry'
import { networkStart } from '#main/systems/linear-network/network'
import { networkPresets } from '#main/systems/linear-network/presets'
import { withTraining } from '#main/systems/linear-network/withTraining'
import { completionPresets } from '#main/systems/matrix-completion/presets'
import { completionProblem, completionStart } from '#main/systems/matrix-completion/problem'
import { expectClose } from '../../helpers/expectClose'

const going = new AbortController().signal

describe('recoveryError', () => {
  it('is relative and counts every entry', () => {
    const phi = matrix(2, 2, Float64Array.of(3, 0, 0, 4))
    expect(recoveryError(phi, phi)).toBe(0)
    expect(recoveryError(matrix(2, 2), phi)).toBe(1)
    expect(recoveryError(matrix(2, 2, Float64Array.of(3, 5, 0, 4)), phi)).toBe(1)
  })

  it('says what is wrong', () => {
    expect(() => recoveryError(matrix(2, 3), matrix(2, 2))).toThrow(/W is 2 × 3, Φ is 2 × 2/)
    expect(() => recoveryError(matrix(2, 2), matrix(2, 2))).toThrow(/Φ is zero/)
  })
})

describe('effectiveRank', () => {
  it('counts equal singular values, and weighs unequal ones between', () => {
    expectClose(effectiveRank(Float64Array.of(2, 2, 2, 0)), 3, { rtol: 1e-14 })
    expectClose(effectiveRank(Float64Array.of(5, 0)), 1, { rtol: 1e-14 })
    // Entropy of (3/4, 1/4): 2 ln 2 − ¾ ln 3.
    expectClose(effectiveRank(Float64Array.of(3, 1)), 4 / 3 ** 0.75, { rtol: 1e-14 })
  })

  it('does not change with scale, and is undefined for zero', () => {
    const sigma = singularValues(matrix(4, 4, random(1, 'A').normal(16)))
    expectClose(effectiveRank(sigma.map((value) => 7 * value)), effectiveRank(sigma), { rtol: 1e-13 })
    expect(() => effectiveRank(new Float64Array(2))).toThrow(/all singular values are zero/)
  })
})

describe('recovery probe', () => {
  it('compares the product with all of Φ, and counts parameters once', async () => {
    const params = { ...completionPresets.completion.params, width: 12, rankEstimate: 3 }
    const { phi } = completionProblem(params)
    await withTraining(completionStart(params, 0), params, async (training) => {
      const probe = probeById('recovery')
      const first = await probe.measure(training.snapshot(), going)
      expect(new Set(first.map(({ quantity }) => quantity))).toEqual(new Set(probe.quantities.map(({ id }) => id)))
      training.advance()
      const second = await probe.measure(training.snapshot(), going)
      expect(second.map(({ quantity }) => quantity)).not.toContain('trainedParameters')
      const W = await training.snapshot().logits()
      const expected = norm(W.data.map((w, at) => w - phi.data[at]!)) / norm(phi.data)
      expectClose(second.find(({ quantity }) => quantity === 'recoveryError')!.data, [expected], { rtol: 1e-15 })
    })
  })

  it('is for models of a matrix', () => {
    const { model } = networkStart(networkPresets.small.params, 0)
    expect(probeById('recovery').applies(model)).toBe(false)
  })
})
