import { GRADIENT_DESCENT } from '../src/main/core/optimiser'
import type { Backend } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { matrix } from '../src/main/compute/matrix'
import { random } from '../src/main/compute/rng/random'
import type { Dataset } from '../src/main/core/model'
import { defaultsOf } from '../src/shared/params'
import { initialParameters } from '../src/main/systems/image-classifier/initial'
import { classifierModel } from '../src/main/systems/image-classifier/model'
import { classifierParams } from '../src/main/systems/image-classifier/params'
import { Training } from '../src/main/train/training'
import type { Benchmark, BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import type { TorchPeer } from './torchPeer'
import { startTraining } from './ufmTraining'

interface Case {
  readonly described: Readonly<Record<string, string | number>>
  readonly request: Readonly<Record<string, string | number>> & { readonly method: string }
  start(backend: Backend): Training
}

const MLP = { K: 10, width: 128, depth: 3, samples: 1797 }

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
    described: { system: 'image-classifier', loss: 'ce', layers: '64-128-128-10', samples: MLP.samples },
    request: { model: 'mlp', method: 'r-operator' },
    start: startMlp,
  },
]

/** Products of the data Hessian with a vector per second, through the operator that the probes use. */
export const hvp: Benchmark = {
  name: 'hvp',
  summary: 'Hessian-vector products per second of the UFM and an MLP; --peers: beside PyTorch',
  async run(options) {
    const peer = await startPeer('torch_hvp.py', options)
    const backend = await createBackend({ id: 'cpu', dtype: 'float64', blas: 'auto' })
    for (const one of CASES) await measure(one, backend, peer, options)
    backend.dispose()
    peer?.close()
  },
}

async function measure(one: Case, backend: Backend, peer: TorchPeer | null, options: BenchOptions): Promise<void> {
  const training = one.start(backend)
  const operator = training.snapshot().hessian('data')
  const x = random(1, 'direction').normal(operator.n)
  const y = new Float64Array(operator.n)
  const ours = (seconds: number) => productsPerSecond(async () => operator.apply(x, y), seconds)
  const { described, request } = one
  const measured = {
    bench: 'hvp',
    described,
    backend: backend.description,
    unit: 'products',
    ours,
    requests: [request],
  }
  await measureBesidePeer(measured, peer, options)
  training.dispose()
}

async function productsPerSecond(product: () => Promise<void>, seconds: number): Promise<number> {
  for (let i = 0; i < 5; i++) await product()
  const start = performance.now()
  for (let count = 0; ; count++) {
    const elapsed = performance.now() - start
    if (elapsed >= seconds * 1000) return (count / elapsed) * 1000
    await product()
  }
}

/** 64-128-128-10 with biases, ReLU and cross-entropy, on as many samples as the digits have. */
function startMlp(backend: Backend): Training {
  const { K, width, depth, samples } = MLP
  const params = { ...defaultsOf(classifierParams), K, width, depth, loss: 'ce', activation: 'relu', biases: 'yes' }
  const root = random(0, 'bench')
  return new Training({
    model: classifierModel(params),
    data: randomImages(K, samples),
    initial: initialParameters(params, root),
    recipe: { steps: Infinity, learningRate: () => 0.05, optimiser: GRADIENT_DESCENT, batchSize: null },
    backend,
    random: root,
    seed: 0,
  })
}

/** Their values do not matter for speed. */
function randomImages(K: number, samples: number): Dataset {
  const targets = matrix(K, samples)
  for (let i = 0; i < samples; i++) targets.data[(i % K) * samples + i] = 1
  const inputs = matrix(64, samples, random(0, 'images').normal(64 * samples))
  return { train: { inputs, targets, classSizes: [] }, test: null }
}
