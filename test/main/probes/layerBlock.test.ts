import { describe, expect, it } from 'vitest'
import { kronecker, symmetricEigenvalues } from '#main/compute/linalg/index'
import type { Snapshot } from '#main/core/snapshot'
import { denseBlock } from '#main/probes/denseBlock'
import { gramBlock } from '#main/probes/gramBlock'
import { kroneckerBlock } from '#main/probes/kroneckerBlock'
import { kroneckerFactors } from '#main/probes/kroneckerFactors'
import { lanczosBlock } from '#main/probes/lanczosBlock'
import { blockRoute, isDue, layerBlock, outlierVectors, type BlockRequest } from '#main/probes/layerBlock'
import { fromColumns, principalAngles } from '#main/spectra/index'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { expectClose } from '../../helpers/expectClose'
import { genericState } from './states'

const going = new AbortController().signal

async function requestFor(snapshot: Snapshot, layer: number, outliers: number): Promise<BlockRequest> {
  const state = (await snapshot.layers())[layer - 1]!
  return { snapshot, state, weight: `W${layer}`, outliers, signal: going }
}

describe('routes to the Hessian block of a layer', () => {
  const models = [
    { name: 'linear, MSE', variant: LINEAR_MSE, routes: { kroneckerBlock, gramBlock, lanczosBlock } },
    { name: 'linear, CE', variant: { loss: 'ce', activation: 'linear' }, routes: { gramBlock, lanczosBlock } },
    { name: 'ReLU, MSE', variant: { loss: 'mse', activation: 'relu' }, routes: { gramBlock, lanczosBlock } },
    { name: 'ReLU, CE', variant: { loss: 'ce', activation: 'relu' }, routes: { gramBlock, lanczosBlock } },
  ] as const

  it.each(models)('agree with the assembled matrix at a generic point: $name', async ({ variant, routes }) => {
    await withSnapshot(genericState(variant), async (snapshot) => {
      for (const layer of [1, 2]) {
        const request = await requestFor(snapshot, layer, 4)
        const dense = await denseBlock(request)
        const largest = dense.eigenvalues[0]!
        for (const [name, route] of Object.entries(routes)) {
          const block = await route(request)
          const known = block.eigenvalues.length
          // Dense eigen-solvers of a dozen rows: some ten roundings of the largest eigenvalue. Lanczos stops at 1e-8.
          const atol = (name === 'lanczosBlock' ? 1e-8 : 1e-13) * largest
          expectClose(block.eigenvalues, dense.eigenvalues.slice(0, known), { atol }, `${name}, layer ${layer}`)
          // Three, because with MSE the eigenvalues of the last layer come K = 3 at a time.
          const [leading, reference] = [block, dense].map((b) =>
            fromColumns([0, 1, 2].map((rank) => b.eigenvector(rank))),
          )
          expectClose(principalAngles(leading!, reference!), [0, 0, 0], { atol: 1e-6 }, `angles, ${name}`)
        }
      }
    })
  })

  it('gives unit eigenvectors of the block itself by the Kronecker and the Gram route', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const request = await requestFor(snapshot, 1, 9)
      const operator = snapshot.hessian('data', ['W1'])
      for (const block of [await kroneckerBlock(request), await gramBlock(request)]) {
        for (let rank = 0; rank < 9; rank++) {
          const v = block.eigenvector(rank)
          const image = new Float64Array(v.length)
          await operator.apply(v, image)
          expectClose(
            image,
            v.map((x) => x * block.eigenvalues[rank]!),
            { atol: 1e-12 * block.eigenvalues[0]! },
          )
          expectClose(
            v.reduce((sum, x) => sum + x * x, 0),
            1,
            { rtol: 1e-10 },
          )
        }
      }
    })
  })

  it('has the factors in the order of the row-major vec', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const request = await requestFor(snapshot, 1, 1)
      const { P, Q } = kroneckerFactors(await snapshot.layers(), request.state, 1 / request.state.input.cols)
      const x = Float64Array.from({ length: 16 }, (_, i) => Math.sin(i))
      const image = new Float64Array(16)
      await snapshot.hessian('data', ['W1']).apply(x, image)
      const { data } = kronecker(P, Q)
      const expected = Float64Array.from(x, (_, i) => x.reduce((sum, xj, j) => sum + data[i * 16 + j]! * xj, 0))
      expectClose(image, expected, { rtol: 1e-12, atol: 1e-13 })
      expectClose((await kroneckerBlock(request)).eigenvalues, symmetricEigenvalues(kronecker(P, Q)), { atol: 1e-13 })
    })
  })
})

describe('layerBlock', () => {
  it('decomposes a layer once per snapshot, however many ask', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const [first, second] = await snapshot.layers()
      const block = await layerBlock(snapshot, first!, going)
      expect(await layerBlock(snapshot, first!, going)).toBe(block)
      expect((await layerBlock(snapshot, second!, going)).layer).toBe(2)
      expect(block.meta).toMatchObject({ method: 'kronecker', complete: true, dimension: 16, theoryCount: 9 })
    })
  })

  it('takes the theory count of the loss, at most the dimension', async () => {
    await withSnapshot(genericState({ loss: 'ce', activation: 'linear' }), async (snapshot) => {
      const [first] = await snapshot.layers()
      expect((await layerBlock(snapshot, first!, going)).meta).toMatchObject({ method: 'dense', theoryCount: 4 })
    })
    const narrow = uniformConfig({ K: 3, n: 2, depth: 1, width: 2, lambda: 0.01 })
    await withSnapshot(genericState(LINEAR_MSE, { config: narrow }), async (snapshot) => {
      const [only] = await snapshot.layers()
      expect((await layerBlock(snapshot, only!, going)).meta).toMatchObject({ dimension: 6, theoryCount: 6 })
    })
  })

  it('leaves directions of zero eigenvalues out of the outlier space', async () => {
    // Two units cannot tell three classes apart: rank 3 · 2 of the 9 outliers that theory counts.
    const narrow = uniformConfig({ K: 3, n: 2, depth: 2, width: 2, lambda: 0.01 })
    await withSnapshot(genericState(LINEAR_MSE, { config: narrow }), async (snapshot) => {
      const [first, second] = await snapshot.layers()
      expect([...outlierVectors(await layerBlock(snapshot, first!, going), 9)]).toHaveLength(4)
      expect([...outlierVectors(await layerBlock(snapshot, second!, going), 9)]).toHaveLength(6)
      expect([...outlierVectors(await layerBlock(snapshot, second!, going), 3)]).toHaveLength(3)
    })
    await withSnapshot(genericState(LINEAR_MSE, { scale: 0 }), async (snapshot) => {
      const [first] = await snapshot.layers()
      expect([...outlierVectors(await layerBlock(snapshot, first!, going), 9)]).toHaveLength(0)
    })
  })

  it('takes for zero what the precision of the operator cannot resolve', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const [first] = await snapshot.layers()
      const block = await layerBlock(snapshot, first!, going)
      const small = { ...block, eigenvalues: Float64Array.of(1, 1e-8, 0), vectors: 3 }
      expect([...outlierVectors(small, 3)]).toHaveLength(2)
      expect([...outlierVectors({ ...small, meta: { ...block.meta, dtype: 'float32' } }, 3)]).toHaveLength(1)
    })
  })

  it('stops at once when the run is cancelled', async () => {
    const cancelled = AbortSignal.abort()
    await withSnapshot(genericState(), async (snapshot) => {
      const [first] = await snapshot.layers()
      await expect(layerBlock(snapshot, first!, cancelled)).rejects.toThrow(/abort/i)
      const request = { ...(await requestFor(snapshot, 1, 9)), signal: cancelled }
      for (const route of [gramBlock, denseBlock, lanczosBlock]) await expect(route(request)).rejects.toThrow(/abort/i)
    })
  })
})

describe('blockRoute', () => {
  it('prefers what is exact and cheap', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const [state] = await snapshot.layers()
      const linear = { ...snapshot.model }
      const relu = { ...linear, activation: 'relu', isLinearChain: false } as const
      const tanh = { ...linear, activation: 'tanh', isLinearChain: false } as const
      const sized = (rows: number, cols: number) => ({
        ...state!,
        weight: { rows, cols, data: new Float64Array(rows * cols) },
      })
      expect(blockRoute(linear, 1e6, sized(60, 60))).toBe('kronecker')
      expect(blockRoute({ ...linear, loss: 'ce' }, 5, sized(10, 10))).toBe('gram')
      expect(blockRoute(relu, 5, sized(10, 10))).toBe('gram')
      expect(blockRoute(relu, 1000, sized(10, 10))).toBe('dense')
      expect(blockRoute(relu, 400, sized(60, 60))).toBe('gram')
      expect(blockRoute(relu, 401, sized(60, 60))).toBe('lanczos')
      // The block of a tanh network is more than its Gauss-Newton part.
      expect(blockRoute(tanh, 1, sized(10, 10))).toBe('dense')
      expect(blockRoute(tanh, 1, sized(60, 60))).toBe('lanczos')
    })
  })

  it('takes costly routes at a few steps only, cheap ones at all', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const [state] = await snapshot.layers()
      const wide = { ...state!, weight: { rows: 60, cols: 60, data: new Float64Array(3600) } }
      const relu = { ...snapshot.model, activation: 'relu', isLinearChain: false } as const
      const split = { ...snapshot.split, targets: { ...snapshot.split.targets, cols: 1000 } }
      const at = (step: number, isLast = false) => ({ ...snapshot, model: relu, split, step, isLast })
      expect([0, 1, 10, 1000].map((step) => isDue(at(step), wide))).toEqual([true, true, true, true])
      expect([2, 20, 300, 1010].map((step) => isDue(at(step), wide))).toEqual([false, false, false, false])
      expect(isDue(at(300, true), wide)).toBe(true)
      expect(isDue({ ...at(300), model: snapshot.model }, wide)).toBe(true)
    })
  })
})
