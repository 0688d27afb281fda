import { describe, expect, it } from 'vitest'
import { probeById } from '#main/probes/registry'
import { networkStart } from '#main/systems/linear-network/network'
import { networkPresets } from '#main/systems/linear-network/presets'
import { withTraining } from '#main/systems/linear-network/withTraining'
import type { Training } from '#main/train/training'
import { expectClose } from '../../helpers/expectClose'

const small = { ...networkPresets.small.params, width: 10, rank: 2, steps: 300 }
const going = new AbortController().signal

describe('parsimony probe', () => {
  it('measures every quantity in every layer of the block form, and 2r directions that learned', async () => {
    const start = networkStart({ ...small, outputs: 'rank' }, 0)
    const probe = probeById('parsimony')
    await withTraining(start, small, async (training) => {
      await probe.measure(training.snapshot(), going)
      while (training.step < small.steps) training.advance()
      const measured = await probe.measure(training.snapshot(), going)
      expect(new Set(measured.map(({ quantity }) => quantity))).toEqual(new Set(probe.quantities.map(({ id }) => id)))
      const ranks = measured.filter(({ quantity }) => quantity === 'movedRank')
      expect(ranks.map(({ layer, data }) => [layer, data[0]])).toEqual([[1, 4], [2, 4]]) // prettier-ignore
      const angles = measured.find(({ quantity, layer }) => quantity === 'rightAngles' && layer === 1)!.data
      expect(angles).toHaveLength(10)
      // In the order of the singular values: two learned, the block, two that fell below it.
      expect(Math.max(...angles.subarray(0, 2), ...angles.subarray(8))).toBeGreaterThan(0.01)
      expectClose(angles.subarray(2, 8), new Float64Array(6), { atol: 1e-12 })
    })
  })

  it('measures the same in a run that was resumed, which was never measured at its start', async () => {
    const start = networkStart(small, 0)
    const measure = (training: Training) => probeById('parsimony').measure(training.snapshot(), going)
    await withTraining(start, small, async (training) => {
      while (training.step < 50) training.advance()
      const checkpoint = await training.checkpoint()
      await withTraining(start, small, async (resumed) => {
        resumed.resume(checkpoint)
        expect(await measure(resumed)).toEqual(await measure(training))
      })
    })
  })

  it('is for orthogonal starts that leave a block', () => {
    const applies = (given: Partial<typeof networkPresets.small.params> | { init: string }) =>
      probeById('parsimony').applies(networkStart({ ...small, ...given }, 0).model)
    expect([applies({}), applies({ init: 'normal' })]).toEqual([true, false])
  })
})

describe('imbalance probe', () => {
  it('is zero between square orthogonal layers and ε² √(d − d_y) below a narrow one', async () => {
    const start = networkStart({ ...small, outputs: 'rank' }, 0)
    await withTraining(start, small, async (training) => {
      const measured = await probeById('imbalance').measure(training.snapshot(), going)
      expect(measured.map(({ layer }) => layer)).toEqual([2, 3])
      expectClose(measured[0]!.data, [0], { atol: 1e-15 })
      expectClose(measured[1]!.data, [0.01 * Math.sqrt(8)], { rtol: 1e-13 })
    })
  })
})
