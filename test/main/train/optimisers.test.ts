import { describe, expect, it } from 'vitest'
import { createBackend } from '#main/compute/backends/select'
import { Graph } from '#main/compute/graph/graph'
import { random } from '#main/compute/rng/random'
import type { Matrix } from '#main/compute/matrix'
import type { Model } from '#main/core/model'
import { adam, heavyBall, type OptimiserSpec } from '#main/core/optimiser'
import { RunCoefficients } from '#main/train/coefficients'
import { constantRate, cosineRate, warmedUp } from '#main/train/schedules'
import { optimiserFor } from '#main/train/optimiser'
import { Training } from '#main/train/training'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { expectClose } from '../../helpers/expectClose'

const STEPS = 8
const config = uniformConfig({ K: 3, n: 2, depth: 3, width: 4, lambda: 0 })
/** λ and γ of each array: decay by group, a rate factor, and one that is frozen. */
const groups: Readonly<Record<string, { weightDecay: number; rateFactor: number }>> = {
  H1: { weightDecay: 0.02, rateFactor: 1 },
  W1: { weightDecay: 0, rateFactor: 0.5 },
  W2: { weightDecay: 0.3, rateFactor: 0 },
  W3: { weightDecay: 0.01, rateFactor: 1 },
}
const plain = ufmModel(config, { loss: 'ce', activation: 'relu' })
const model: Model = {
  ...plain,
  parameters: plain.parameters.map((parameter) => ({ ...parameter, ...groups[parameter.name]! })),
}
const learningRate = warmedUp(cosineRate(0.1, STEPS - 3), 3)

/** One array as the textbooks step it. @returns the change of θ */
interface Reference {
  (step: { theta: number[]; g: number[]; eta: number; lambda: number; t: number; whole: Whole }): number[]
}
/** What normalised descent looks at beside the array itself. */
interface Whole {
  readonly norm: number
  readonly rho: number
  readonly logits: Matrix
  readonly L: number
}

const references: readonly { name: string; spec: OptimiserSpec; make: () => Reference }[] = [
  {
    name: 'gradient descent: θ ← θ − η (g + λθ)',
    spec: heavyBall(0),
    make:
      () =>
      ({ theta, g, eta, lambda }) =>
        theta.map((x, i) => -eta * (g[i]! + lambda * x)),
  },
  {
    name: 'the heavy ball: v ← μ v + g + λθ, θ ← θ − η v',
    spec: heavyBall(0.8),
    make: () => {
      let v: number[] = []
      return ({ theta, g, eta, lambda }) => {
        v = theta.map((x, i) => 0.8 * (v[i] ?? 0) + g[i]! + lambda * x)
        return v.map((x) => -eta * x)
      }
    },
  },
  {
    name: "Nesterov in PyTorch's form: d = g + λθ, v ← μ v + d, θ ← θ − η (d + μ v)",
    spec: { kind: 'nesterov', momentum: 0.8 },
    make: () => {
      let v: number[] = []
      return ({ theta, g, eta, lambda }) => {
        const d = theta.map((x, i) => g[i]! + lambda * x)
        v = d.map((x, i) => 0.8 * (v[i] ?? 0) + x)
        return d.map((x, i) => -eta * (x + 0.8 * v[i]!))
      }
    },
  },
  ...(['coupled', 'decoupled'] as const).map((decay) => ({
    name: `Adam with ${decay} decay, as PyTorch steps it`,
    spec: { ...adam(decay), beta1: 0.7, beta2: 0.9, epsilon: 1e-3 },
    make: (): Reference => {
      let [m, v]: number[][] = [[], []]
      return ({ theta, g, eta, lambda, t }) => {
        const d = decay === 'coupled' ? theta.map((x, i) => g[i]! + lambda * x) : g
        m = d.map((x, i) => 0.7 * (m![i] ?? 0) + 0.3 * x)
        v = d.map((x, i) => 0.9 * (v![i] ?? 0) + 0.1 * x * x)
        const decayed = decay === 'coupled' ? 0 : eta * lambda
        return theta.map((x, i) => {
          const denominator = Math.sqrt(v![i]!) / Math.sqrt(1 - 0.9 ** t) + 1e-3
          return -decayed * x - ((eta / (1 - 0.7 ** t)) * m![i]!) / denominator
        })
      }
    },
  })),
  {
    name: 'normalised descent: θ ← θ − η min(a ρ, b/(L ‖F‖^{1−1/L})) d/‖d‖',
    spec: { kind: 'normalised', weightShare: 0.05, logitChange: 0.3 },
    make:
      () =>
      ({ theta, g, eta, lambda, whole: { norm, rho, logits, L } }) => {
        const size = Math.hypot(...logits.data)
        const length = Math.min(0.05 * rho, 0.3 / (L * size ** (1 - 1 / L)))
        return theta.map((x, i) => (-eta * length * (g[i]! + lambda * x)) / norm)
      },
  },
]

async function training(spec: OptimiserSpec, dtype: 'float64' | 'float32'): Promise<Training> {
  return new Training({
    model,
    data: ufmData(config),
    initial: initialParameters(config, 1, random(1, 'initial')),
    recipe: { steps: STEPS, learningRate, optimiser: spec, batchSize: null },
    backend: await createBackend({ id: 'cpu', dtype, blas: 'embedded' }),
    random: random(1, 'training'),
    seed: 1,
  })
}

/**
 * A step is a few dozen rounded operations on numbers of order 1: 1e-16 (6e-8) each, and two digits of margin, for
 * changes of order 0.1.
 */
const tolerance = { float64: 1e-14, float32: 2e-6 }

describe.each(['float64', 'float32'] as const)('in %s', (dtype) => {
  it.each(references)('$name', async ({ spec, make }) => {
    const run = await training(spec, dtype)
    const steppers = new Map(model.parameters.map(({ name }) => [name, make()]))
    for (let step = 0; step < STEPS; step++) {
      const snapshot = run.snapshot()
      const [before, gradient, logits] = [
        await snapshot.parameters(),
        await snapshot.dataGradient(),
        await snapshot.logits(),
      ]
      run.advance()
      const after = await run.snapshot().parameters()
      const trained = model.parameters.filter(({ name }) => groups[name]!.rateFactor !== 0)
      const d = trained.flatMap(({ name, weightDecay }) =>
        [...gradient[name]!].map((g, i) => g + weightDecay * before[name]![i]!),
      )
      const weights = trained.filter(({ kind }) => kind === 'weight')
      const whole = {
        norm: Math.hypot(...d),
        rho: Math.hypot(...weights.flatMap(({ name }) => [...before[name]!])) / Math.sqrt(weights.length),
        logits,
        L: weights.length,
      }
      for (const { name, weightDecay: lambda, rateFactor = 1 } of model.parameters) {
        const [theta, g] = [[...before[name]!], [...gradient[name]!]]
        const eta = rateFactor * learningRate(step)
        const change = rateFactor === 0 ? theta.map(() => 0) : steppers.get(name)!({ theta, g, eta, lambda, t: step + 1, whole }) // prettier-ignore
        const expected = theta.map((x, i) => x + change[i]!)
        expectClose(after[name]!, expected, { atol: rateFactor === 0 ? 0 : tolerance[dtype] }, `${name} at ${step}`)
      }
    }
  })
})

describe('normalised descent', () => {
  it('makes steps of the same length however flat the loss is', async () => {
    const spec: OptimiserSpec = { kind: 'normalised', weightShare: 0.01, logitChange: 1e6 }
    const run = await training(spec, 'float64')
    const options = { ...run.options, recipe: { ...run.options.recipe, learningRate: constantRate(1) } }
    const flat = new Training({
      ...options,
      // The loss a millionth of what it was.
      model: {
        ...model,
        parameters: model.parameters.map((parameter) => ({ ...parameter, weightDecay: 0, rateFactor: 1 })),
        forward: (nodes, batch) => {
          const forward = model.forward(nodes, batch)
          const { graph } = forward.dataLoss
          return { ...forward, dataLoss: graph.apply({ op: 'scale', factor: 1e-6 }, [forward.dataLoss]) }
        },
      },
    })
    const before = await flat.snapshot().parameters()
    flat.advance()
    const after = await flat.snapshot().parameters()
    const moved = Math.hypot(
      ...Object.keys(before).flatMap((name) => [...after[name]!].map((x, i) => x - before[name]![i]!)),
    )
    const rho = Math.hypot(...['W1', 'W2', 'W3'].flatMap((name) => [...before[name]!])) / Math.sqrt(3)
    expectClose(moved, 0.01 * rho, { rtol: 1e-12 })
  })
})

describe('replicas of optimisers that differ in more than coefficients', () => {
  it('are told to train apart', () => {
    const graph = new Graph()
    const coefficients = new RunCoefficients('float64')
    const parts = { graph, parameters: [], logits: graph.input('logits', [1, 1]), coefficients }
    const other = { ...adam('coupled'), epsilon: 1e-4 }
    expect(() => optimiserFor([adam('coupled'), other], parts)).toThrow(/1e-8.*0\.0001.*train them apart/)
    expect(() => optimiserFor([], parts)).toThrow(/no optimiser/)
  })
})
