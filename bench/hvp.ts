import type { Backend } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { random } from '../src/main/compute/rng/random'
import type { Training } from '../src/main/train/training'
import { callsPerSecondOf, type Benchmark, type BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import type { TorchPeer } from './torchPeer'
import { layersOf, SAMPLES, startMlp } from './mlpTraining'
import { startTraining } from './ufmTraining'

interface Case {
  readonly described: Readonly<Record<string, string | number>>
  readonly request: Readonly<Record<string, string | number>> & { readonly method: string }
  start(backend: Backend): Training
}

const MLP = { width: 128, depth: 3 }
const DTYPES = ['float64', 'float32'] as const

const CASES: readonly Case[] = [
  ...[
    { L: 3, d: 64, K: 10, n: 10 },
    { L: 5, d: 128, K: 10, n: 10 },
  ].map((ufm) => ({
    described: { system: 'deep-ufm', loss: 'mse', ...ufm },
    request: { model: 'ufm', method: 'double-backward', ...ufm },
    start: (backend: Backend) => startTraining(ufm, backend),
  })),
  {
    described: { system: 'image-classifier', loss: 'ce', layers: layersOf(MLP), samples: SAMPLES },
    request: { model: 'mlp', method: 'r-operator', layers: layersOf(MLP) },
    start: (backend: Backend) => startMlp(MLP, backend),
  },
]

/** Products of the data Hessian with a vector per second, through the operator that the probes use. */
export const hvp: Benchmark = {
  name: 'hvp',
  summary: 'Hessian-vector products per second of the UFM and an MLP; --peers: beside PyTorch',
  async run(options) {
    const peer = await startPeer('torch_hvp.py', options)
    for (const dtype of DTYPES) {
      const backend = await createBackend({ id: 'cpu', dtype, blas: 'auto' })
      for (const one of CASES) await measure(one, backend, peer, options)
      backend.dispose()
    }
    peer?.close()
  },
}

async function measure(one: Case, backend: Backend, peer: TorchPeer | null, options: BenchOptions): Promise<void> {
  const training = one.start(backend)
  const operator = training.snapshot().hessian('data')
  const x = random(1, 'direction').normal(operator.n)
  const y = new Float64Array(operator.n)
  const ours = (seconds: number) => callsPerSecondOf(async () => operator.apply(x, y), seconds)
  const { described, request } = one
  const measured = {
    bench: 'hvp',
    described,
    backend: backend.description,
    unit: 'products',
    ours,
    requests: [{ ...request, dtype: backend.dtype }],
  }
  await measureBesidePeer(measured, peer, options)
  training.dispose()
}
