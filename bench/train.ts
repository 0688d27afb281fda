import type { Backend, Dtype } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { callsPerSecond, median, type Benchmark, type BenchOptions } from './benchmark'
import { TorchPeer } from './torchPeer'
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
const ROUNDS = 3
const SECONDS = 1

/** Training steps per second of the linear UFM: gradient descent on all parameters, MSE, L2. */
export const train: Benchmark = {
  name: 'train',
  summary: 'training steps per second of the deep linear UFM; --peers: beside PyTorch',
  async run(options) {
    const peer = options.peers ? await TorchPeer.start('torch_ufm.py') : null
    if (options.peers && !peer)
      options.say('bench: no PyTorch for /usr/bin/python3 (Debian: apt install python3-torch).')
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
  const { dtype, id, blas, threads } = backend.description
  const described = { system: 'deep-ufm', loss: 'mse', ...one, dtype, backend: id, blas, threads }
  const training = startTraining(one, backend)
  const rates = { ours: [] as number[], eager: [] as number[], 'head-first': [] as number[] }
  // Rounds alternate, so that a slower minute of the machine slows all of them alike.
  for (let round = 0; round < ROUNDS; round++) {
    rates.ours.push(callsPerSecond(() => training.advance(), SECONDS))
    if (!peer) continue
    for (const method of ['eager', 'head-first'] as const) {
      rates[method].push(await peer.stepsPerSecond({ method, dtype, ...one, seconds: SECONDS }))
    }
  }
  training.dispose()
  const ours = median(rates.ours)
  options.emit({ bench: 'train', case: described, metric: 'steps per second', value: ours })
  for (const method of peer ? (['eager', 'head-first'] as const) : []) {
    options.emit({
      bench: 'train',
      case: described,
      metric: `PyTorch ${method}, steps per second`,
      value: median(rates[method]),
    })
    options.emit({
      bench: 'train',
      case: described,
      metric: `ratio to PyTorch ${method}`,
      value: ours / median(rates[method]),
    })
  }
}
