import type { Backend } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { denseSpectrum, materialise } from '../src/main/spectra/index'
import type { Training } from '../src/main/train/training'
import { callsPerSecondOf, type Benchmark, type BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import { layersOf, SAMPLES, startMlp } from './mlpTraining'
import type { TorchPeer } from './torchPeer'
import { startTraining } from './ufmTraining'

type Request = Readonly<Record<string, string | number>>

interface Case {
  readonly described: Request
  /** What names the model to the peer, and its best products one by one. */
  readonly request: Request & { readonly method: string }
  start(backend: Backend): Training
}

const UFM = { L: 3, d: 20, K: 4, n: 8 }
const MLP = { width: 26, depth: 2 }

const CASES: readonly Case[] = [
  {
    described: { system: 'deep-ufm', loss: 'mse', ...UFM },
    request: { model: 'ufm', method: 'double-backward', ...UFM },
    start: (backend) => startTraining(UFM, backend),
  },
  {
    described: { system: 'image-classifier', loss: 'ce', layers: layersOf(MLP), samples: SAMPLES },
    request: { model: 'mlp', method: 'r-operator', layers: layersOf(MLP) },
    start: (backend) => startMlp(MLP, backend),
  },
]

/** Full dense Hessians of about 2000 parameters per second, alone and with all eigenvalues. */
export const hessian: Benchmark = {
  name: 'hessian',
  summary: 'dense Hessians of 2000 parameters from blocks of products, and their spectra; --peers: beside PyTorch',
  async run(options) {
    const peer = await startPeer('torch_hessian.py', options)
    const backend = await createBackend({ id: 'cpu', dtype: 'float64', blas: 'auto' })
    for (const one of CASES) await measure(one, backend, peer, options)
    backend.dispose()
    peer?.close()
  },
}

async function measure(one: Case, backend: Backend, peer: TorchPeer | null, options: BenchOptions): Promise<void> {
  const training = one.start(backend)
  const operator = training.snapshot().hessian('data')
  const whole = async () => void (await materialise(operator))
  const solved = async () => void (await denseSpectrum(operator))
  const described = { ...one.described, P: operator.n }
  for (const [eigenvalues, unit, work] of [
    [0, 'Hessians', whole],
    [1, 'spectra', solved],
  ] as const) {
    const requests = [one.request, { ...one.request, method: 'vmap' }].map((request) => ({ ...request, eigenvalues }))
    const ours = (seconds: number) => callsPerSecondOf(work, seconds)
    await measureBesidePeer({ bench: 'hessian', described, backend: backend.description, unit, ours, requests }, peer, options) // prettier-ignore
  }
  training.dispose()
}
