import type { Backend, Dtype } from '../src/main/compute/backends/backend'
import { findBlas } from '../src/main/compute/backends/cpu/blas'
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
      for (const one of CASES[dtype]) await measure(one, backend, peer, options)
      backend.dispose()
    }
    peer?.close()
  },
}

async function measure(one: UfmCase, backend: Backend, peer: TorchPeer | null, options: BenchOptions): Promise<void> {
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
  await measureBesidePeer(measured, peer, options)
  training.dispose()
}
