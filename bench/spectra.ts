import type { Backend } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { matrix } from '../src/main/compute/matrix'
import { random } from '../src/main/compute/rng/random'
import type { LinearOperator } from '../src/main/core/linearOperator'
import { collapseMetrics } from '../src/main/probes/collapseMetrics'
import { lanczos, ritzVectors, spectralDensity, VectorStack } from '../src/main/spectra/index'
import { callsPerSecondOf, type Benchmark, type BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import { layersOf, SAMPLES, startMlp } from './mlpTraining'
import { measureMemory } from './spectraMemory'
import type { TorchPeer } from './torchPeer'
import { startTraining } from './ufmTraining'

const MLP = { width: 128, depth: 3 }
const UFM = { L: 3, d: 64, K: 10, n: 10 }
const FEATURES = { K: 10, d: 512, N: 10_000 }
/** As many products as the trained MLP needs for its top 20, see test/slow/mlpSpectrum.test.ts. */
const TOP = { steps: 61, count: 20 }
const DENSITY = { steps: 80, probes: 5 }

const MODELS = [
  {
    model: 'mlp',
    described: { layers: layersOf(MLP), samples: SAMPLES },
    start: (backend: Backend) => startMlp(MLP, backend),
  },
  { model: 'ufm', described: UFM, start: (backend: Backend) => startTraining(UFM, backend) },
] as const

/** Whole spectra per second beside PyTorch doing the same steps, NC1 to NC4 beside NumPy, and the memory of Lanczos. */
export const spectra: Benchmark = {
  name: 'spectra',
  summary: 'top-20 and density of Hessians, NC1-NC4, memory of Lanczos; --peers: beside PyTorch and NumPy',
  async run(options) {
    // First, while nothing else has filled the memory.
    await measureMemory(options)
    const peer = await startPeer('torch_spectra.py', options)
    const backend = await createBackend({ id: 'cpu', dtype: 'float64', blas: 'auto' })
    for (const { model, described, start } of MODELS) {
      const training = start(backend)
      const operator = training.snapshot().hessian('data')
      const memory = new VectorStack(operator.n, 'float64')
      const request = { method: 'lanczos', model, ...described }
      await measure('top 20', described, backend, { ...request, steps: TOP.steps, probes: 1, vectors: TOP.count }, peer, options, () => topOf(operator, memory)) // prettier-ignore
      await measure('density', described, backend, { ...request, ...DENSITY, vectors: 0 }, peer, options, () =>
        spectralDensity(operator, DENSITY),
      )
      training.dispose()
    }
    const metrics = collapse()
    for (const method of ['nc1', 'nc']) {
      await measure('NC1-NC4', FEATURES, backend, { method, ...FEATURES }, peer, options, metrics)
    }
    backend.dispose()
    peer?.close()
  },
}

async function measure(
  quantity: string,
  described: Readonly<Record<string, string | number>>,
  backend: Backend,
  request: Readonly<Record<string, string | number>> & { readonly method: string },
  peer: TorchPeer | null,
  options: BenchOptions,
  run: () => Promise<unknown>,
): Promise<void> {
  const measured = {
    bench: 'spectra',
    described: { ...described, quantity },
    backend: backend.description,
    unit: 'runs',
    ours: (seconds: number) => callsPerSecondOf(run, seconds),
    requests: [request],
  }
  await measureBesidePeer(measured, peer, options)
}

/** Lanczos, semi-orthogonal as for densities, and the Ritz vectors of the largest eigenvalues. */
async function topOf(operator: LinearOperator, memory: VectorStack): Promise<readonly Float64Array[]> {
  const run = await lanczos(operator, {
    steps: TOP.steps,
    start: random(1, 'start').normal(operator.n),
    memory,
    orthogonality: 'semi',
  })
  const top = Array.from({ length: TOP.count }, (_, k) => run.steps - 1 - k)
  return ritzVectors(run.basis, run, top)
}

/** All metrics of features around class means, with a classifier. */
function collapse(): () => Promise<readonly number[]> {
  const { K, d, N } = FEATURES
  const [centres, noise] = [random(1, 'centres').normal(d * K), random(1, 'noise').normal(d * N)]
  const features = matrix(d, N, noise.map((x, at) => x + centres[Math.floor(at / N) * K + Math.floor(((at % N) * K) / N)]!)) // prettier-ignore
  const sizes = Array<number>(K).fill(N / K)
  const classifier = { weight: matrix(K, d, random(1, 'weight').normal(K * d)), bias: random(1, 'bias').normal(K) }
  return async () => Object.values(collapseMetrics(features, sizes, 'simplexEtf', classifier)).map((metric) => metric())
}
