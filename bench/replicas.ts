import { GRADIENT_DESCENT } from '../src/main/core/optimiser'
import type { Backend } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { random } from '../src/main/compute/rng/random'
import { uniformConfig } from '../src/main/systems/deep-ufm/config'
import { initialParameters } from '../src/main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '../src/main/systems/deep-ufm/model'
import { ReplicatedTraining } from '../src/main/train/replicatedTraining'
import { callsPerSecond, median, type Benchmark, type BenchOptions } from './benchmark'
import { startTraining, type UfmCase } from './ufmTraining'

const CASES: readonly UfmCase[] = [
  { L: 3, d: 4, K: 4, n: 5 },
  { L: 3, d: 8, K: 4, n: 5 },
  { L: 3, d: 16, K: 4, n: 5 },
  { L: 3, d: 32, K: 4, n: 10 },
  { L: 3, d: 64, K: 10, n: 10 },
]
const SEEDS = 64
const ROUNDS = 15
/** Steps from one record point to the next. */
const BETWEEN = 20
const SECONDS = 0.2

/** Training steps per second, summed over 64 seeds of the linear UFM: as replicas, and one run after the other. */
export const replicas: Benchmark = {
  name: 'replicas',
  summary: 'training steps per second of 64 seeds as replicas, beside the same one after the other',
  async run(options) {
    // One backend a process: the engine calls kernels faster while it has seen one instance of them, and single runs,
    // which make more calls, would look worse than they are.
    const backend = await createBackend({ id: 'cpu', dtype: 'float64', blas: 'auto' })
    for (const one of CASES) measure(one, backend, options)
    backend.dispose()
  },
}

function measure(one: UfmCase, backend: Backend, options: BenchOptions): void {
  const { dtype, id, blas, threads } = backend.description
  const described = { system: 'deep-ufm', loss: 'mse', ...one, seeds: SEEDS, dtype, backend: id, blas, threads }
  const single = startTraining(one, backend)
  const together = startReplicas(one, backend)
  const rates = { single: [] as number[], together: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    rates.single.push(callsPerSecond(() => single.advance(), SECONDS))
    rates.together.push(SEEDS * BETWEEN * callsPerSecond(() => together.advance(BETWEEN), SECONDS))
  }
  single.dispose()
  together.dispose()
  const ratio = median(rates.together.map((rate, round) => rate / (rates.single[round] ?? NaN)))
  options.emit({
    bench: 'replicas',
    case: described,
    metric: 'one after the other, steps/s',
    value: median(rates.single),
  })
  options.emit({ bench: 'replicas', case: described, metric: 'as replicas, steps/s', value: median(rates.together) })
  options.emit({ bench: 'replicas', case: described, metric: 'ratio', value: ratio })
}

export function startReplicas({ L, d, K, n }: UfmCase, backend: Backend, count = SEEDS): ReplicatedTraining {
  const config = uniformConfig({ K, n, depth: L + 1, width: d, lambda: 5e-3 })
  const seeds = Array.from({ length: count }, (_, seed) => ({ seed, random: random(seed, 'bench') }))
  return new ReplicatedTraining({
    model: ufmModel(config, { loss: 'mse', activation: 'linear' }),
    data: ufmData(config),
    backend,
    replicas: seeds.map(({ seed, random }) => ({
      initial: initialParameters(config, 1, random),
      learningRate: () => 0.05,
      optimiser: GRADIENT_DESCENT,
      random,
      seed,
    })),
    batchSize: null,
    sharedOrder: null,
  })
}
