import type { Backend, Dtype } from '../src/main/compute/backends/backend'
import { findBlas } from '../src/main/compute/backends/cpu/blas'
import { productSpeed } from '../src/main/compute/backends/cpu/productSpeed'
import { createBackend } from '../src/main/compute/backends/select'
import { callsPerSecond, type Benchmark, type BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import { handLoop } from './peers/handLoop'
import type { TorchPeer } from './torchPeer'
import { startTraining, type UfmCase } from './ufmTraining'

const CASES: Readonly<Record<Dtype, readonly UfmCase[]>> = {
  float64: [
    { L: 3, d: 16, K: 4, n: 5 },
    { L: 3, d: 32, K: 4, n: 10 },
    { L: 3, d: 64, K: 10, n: 10 },
    { L: 5, d: 128, K: 10, n: 10 },
  ],
  float32: [
    { L: 3, d: 64, K: 10, n: 10 },
    { L: 5, d: 128, K: 10, n: 10 },
  ],
}
const BACKENDS = [
  { dtype: 'float64', blas: 'auto' },
  { dtype: 'float64', blas: 'embedded' },
  { dtype: 'float32', blas: 'auto' },
  { dtype: 'float32', blas: 'embedded' },
] as const

/** Its products are as fast as this machine multiplies. */
const LARGE = { m: 512, n: 512, k: 512 }

/** Training steps per second of the linear UFM: gradient descent on all parameters, MSE, L2. */
export const train: Benchmark = {
  name: 'train',
  summary: 'training steps per second of the deep linear UFM; --peers: beside PyTorch',
  async run(options) {
    const peer = await startPeer('torch_ufm.py', options)
    for (const { dtype, blas } of BACKENDS) {
      const backend = await createBackend({ id: 'cpu', dtype, blas })
      if (blas === 'auto' && backend.description.blas === 'embedded') {
        options.say(`bench: no system BLAS found for ${dtype}, measuring the embedded kernels only.`)
        continue
      }
      // By the clock on the wall, so the best of many: a neighbour can only make it less.
      const peak = Math.max(...[1, 2, 3].map(() => productSpeed(backend, LARGE)))
      for (const one of CASES[dtype]) await measure(one, backend, peak, peer, options)
      backend.dispose()
    }
    peer?.close()
  },
}

async function measure(
  one: UfmCase,
  backend: Backend,
  peak: number,
  peer: TorchPeer | null,
  options: BenchOptions,
): Promise<void> {
  const training = startTraining(one, backend)
  const requests = ['eager', 'head-first'].map((method) => ({ method, dtype: backend.dtype, ...one }))
  const ours = async (seconds: number) => callsPerSecond(() => training.advance(), seconds)
  const described = { system: 'deep-ufm', loss: 'mse', ...one }
  const library = backend.description.blas === 'embedded' ? null : await findBlas()
  const loop = library && handLoop(one, library, backend.dtype)
  const rivals = loop
    ? [{ name: 'hand-written loop', rate: (seconds: number) => callsPerSecond(loop.step, seconds) }]
    : []
  const measured = { bench: 'train', described, backend: backend.description, unit: 'steps', ours, requests, rivals }
  const rate = await measureBesidePeer(measured, peer, options)
  const { dtype, id, blas, threads } = backend.description
  const emit = (metric: string, value: number) =>
    options.emit({ bench: 'train', case: { ...described, dtype, backend: id, blas, threads }, metric, value })
  const flops = flopsOfStep(one, training.compression?.columns ?? one.K * one.n)
  const speed = (rate * flops) / 1e9
  emit('flops a step', flops)
  emit('GFLOP/s', speed)
  emit('GFLOP/s of 512 × 512 × 512', peak)
  emit('fraction of that', speed / peak)
  training.dispose()
}

/**
 * The products of a step, head first: for each of L layers A B, A Bᵀ and the update Aᵀ B, and the same three with the
 * features, all with K rows. What the F − Y and the head's own update add is left out.
 */
function flopsOfStep({ L, d, K }: UfmCase, columns: number): number {
  return 6 * (L * K * d * d + K * d * columns)
}
