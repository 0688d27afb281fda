import type { Backend } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { random } from '../src/main/compute/rng/random'
import { fullBatchRecipe } from '../src/main/systems/linear-network/fullBatchRecipe'
import type { CompletionParams } from '../src/main/systems/matrix-completion/params'
import { completionPresets } from '../src/main/systems/matrix-completion/presets'
import { completionStart } from '../src/main/systems/matrix-completion/problem'
import { Training } from '../src/main/train/training'
import { callsPerSecond, median, type Benchmark, type BenchOptions } from './benchmark'

const SIZES = [100, 300]
const ROUNDS = 5
const SECONDS = 1

const FULL: CompletionParams = completionPresets.small.params
const MODELS: readonly { readonly name: string; readonly given: Partial<CompletionParams> }[] = [
  { name: 'full', given: {} },
  { name: 'compressed, trained factors', given: { factorisation: 'compressed', gamma: 0.1 } },
  { name: 'compressed, fixed factors', given: { factorisation: 'compressed', gamma: 0 } },
  { name: 'narrow', given: { factorisation: 'narrow' } },
]

/** Claim C22 of theory note 05: what a step of deep matrix factorisation costs full, compressed and narrow. */
export const factorisation: Benchmark = {
  name: 'factorisation',
  summary: 'time per step of a d × d deep factorisation (L = 3, r̂ = 5): full beside compressed and narrow',
  async run(options) {
    const backend = await createBackend({ id: 'cpu', dtype: 'float64', blas: 'auto' })
    for (const d of SIZES) measure(d, backend, options)
    backend.dispose()
  },
}

/** Rounds take the models in turn, so that a slower minute slows all of them alike. */
function measure(d: number, backend: Backend, options: BenchOptions): void {
  const models = MODELS.map(({ name, given }) => ({
    name,
    training: start({ ...FULL, ...given, width: d }, backend),
    milliseconds: [] as number[],
  }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { training, milliseconds } of models) {
      milliseconds.push(1000 / callsPerSecond(() => training.advance(), SECONDS))
    }
  }
  const { dtype, id, blas, threads } = backend.description
  const { depth: L, rank: r, rankEstimate } = FULL
  const described = { system: 'matrix-completion', L, d, r, rankEstimate, dtype, backend: id, blas, threads }
  const full = models[0]!.milliseconds
  for (const { name, training, milliseconds } of models) {
    training.dispose()
    options.emit({ bench: 'factorisation', case: described, metric: `${name}, ms/step`, value: median(milliseconds) })
    if (milliseconds === full) continue
    const ratio = median(milliseconds.map((own, round) => full[round]! / own))
    options.emit({ bench: 'factorisation', case: described, metric: `full / ${name}`, value: ratio })
  }
}

function start(params: CompletionParams, backend: Backend): Training {
  const recipe = { ...fullBatchRecipe({ ...params, steps: 1 }), steps: Infinity }
  return new Training({ ...completionStart(params, 0), recipe, backend, random: random(0, 'bench'), seed: 0 })
}
