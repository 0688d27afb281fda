import { z } from 'zod'
import { createBackend } from '#main/compute/backends/select'
import { symmetricEigen } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import type { LinearOperator } from '#main/core/linearOperator'
import type { Model, Split } from '#main/core/model'
import type { HessianPart, ParameterArrays, Snapshot } from '#main/core/snapshot'
import type { SampleSource } from '#main/core/system'
import { columns, energyFraction, materialise } from '#main/spectra/index'
import { Training } from '#main/train/training'
import { expectClose } from '../helpers/expectClose'
import { numbers } from './ufmCase'

/** `conventions` of golden 04: 1e-9 relative plus 1e-12 absolute for everything direct, 1e-7 behind eigenvectors. */
export const DIRECT = { rtol: 1e-9, atol: 1e-12 }
export const BEHIND_EIGENVECTORS = { rtol: 1e-7, atol: 1e-7 }

/** A model of theory 04, (b), at a point; the penalty is that of its parameters' weight decays. */
export interface Point {
  readonly model: Model
  readonly split: Split
  readonly parameters: ParameterArrays
}

interface Stepping {
  readonly rate: number
  /** One after the other, each for one step; all samples in every step when not given. */
  readonly samples?: readonly { readonly input: Float64Array; readonly target: Float64Array }[]
}

async function withTraining<T>(
  { model, split, parameters }: Point,
  { rate, samples }: Stepping,
  use: (training: Training) => Promise<T>,
): Promise<T> {
  const backend = await createBackend()
  try {
    const training = new Training({
      model,
      data: { train: split, test: null },
      initial: parameters,
      recipe: {
        learningRate: () => rate,
        optimiser: GRADIENT_DESCENT,
        steps: Infinity,
        batchSize: samples ? 1 : null,
        ...(samples && { freshSamples: inTurn(samples) }),
      },
      backend,
      random: random(0, 'golden'),
      seed: 0,
    })
    try {
      return await use(training)
    } finally {
      training.dispose()
    }
  } finally {
    backend.dispose()
  }
}

function inTurn(samples: NonNullable<Stepping['samples']>): SampleSource {
  let next = 0
  return {
    draw(_, inputs, targets) {
      const { input, target } = samples[next++]!
      inputs?.data.set(input)
      targets.data.set(target)
    },
  }
}

export function withSnapshot<T>(point: Point, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return withTraining(point, { rate: 0 }, (training) => use(training.snapshot(true)))
}

/** The parameters after gradient steps. */
export function stepped(point: Point, stepping: Stepping, steps: number): Promise<ParameterArrays> {
  return withTraining(point, stepping, (training) => {
    while (training.step < steps) training.advance()
    return training.snapshot(true).parameters()
  })
}

/** G, the uncentred second moment of the per-sample gradients. */
export function gradientMoment(snapshot: Snapshot): LinearOperator {
  return snapshot.gradientMoment({ centred: false })
}

/** All parameters one behind the other, in the order of the model. */
export function flattened(arrays: ParameterArrays): Float64Array {
  return Float64Array.from(Object.values(arrays).flatMap((values) => [...values]))
}

export async function product(operator: LinearOperator, x: Float64Array): Promise<Float64Array> {
  const y = new Float64Array(operator.n)
  await operator.apply(x, y)
  return y
}

/** Rows and columns `from` to `to`, the last one left out. */
export function principalBlock({ cols, data }: Matrix, from: number, to: number): Matrix {
  return subMatrix({ rows: cols, cols, data }, [from, to], [from, to])
}

export function subMatrix({ cols, data }: Matrix, rows: [number, number], columnRange: [number, number]): Matrix {
  const [height, width] = [rows[1] - rows[0], columnRange[1] - columnRange[0]]
  const entry = (at: number) => data[(rows[0] + Math.floor(at / width)) * cols + columnRange[0] + (at % width)]!
  return matrix(
    height,
    width,
    Float64Array.from({ length: height * width }, (_, at) => entry(at)),
  )
}

/** Eigenvectors to the k largest eigenvalues. */
export function topVectors(A: Matrix, k: number): Float64Array[] {
  return columns(symmetricEigen(A).vectors).slice(0, k)
}

export async function hessianOf(snapshot: Snapshot, part: HessianPart = 'data'): Promise<Matrix> {
  return materialise(snapshot.hessian(part))
}

const projectedRun = z.object({ loss_after_each_step: numbers, theta_final: numbers })
export const projectedSchema = z.object({ gd: projectedRun, dom: projectedRun, bulk: projectedRun })

/**
 * Steps on the data loss along the gradient, its part in the top-k space of the data Hessian (Dom) and the rest (Bulk).
 * Song, Ahn & Yun 2024, arXiv:2405.16002; theory note 04, (e) 2.
 */
export async function checkProjectedTraining(
  start: Point,
  { eta, k, order }: { eta: number; k: number; order: readonly string[] },
  expected: z.infer<typeof projectedSchema>,
): Promise<void> {
  for (const rule of ['gd', 'dom', 'bulk'] as const) {
    let point = start
    for (const loss of expected[rule].loss_after_each_step) {
      const { parameters } = point
      const direction = await withSnapshot(point, async (snapshot) => {
        const gradient = flattened(await snapshot.dataGradient())
        if (rule === 'gd') return gradient
        const basis = topVectors(await hessianOf(snapshot), k)
        const inside = new Float64Array(gradient.length)
        for (const u of basis) {
          const share = u.reduce((sum, x, i) => sum + x * gradient[i]!, 0)
          u.forEach((x, i) => (inside[i]! += share * x))
        }
        return rule === 'dom' ? inside : gradient.map((g, i) => g - inside[i]!)
      })
      let at = 0
      point = {
        ...point,
        parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, values]) => [name, values.map((x) => x - eta * direction[at++]!)]),
        ),
      }
      const reached = await withSnapshot(point, async (snapshot) => (await snapshot.loss()).data)
      expectClose(reached, loss, BEHIND_EIGENVECTORS, `projected_training, ${rule}, loss`)
    }
    const theta = order.flatMap((name) => [...point.parameters[name]!])
    expectClose(theta, expected[rule].theta_final, BEHIND_EIGENVECTORS, `projected_training, ${rule}, theta_final`)
  }
}

/** Compares the named numbers of a golden case with ours; each has to be there. */
export function expectAll(
  actual: Readonly<Record<string, number | ArrayLike<number>>>,
  outputs: Readonly<Record<string, unknown>>,
  tolerance: { rtol: number; atol: number },
): void {
  for (const [name, value] of Object.entries(actual)) {
    const expected = z.union([z.number(), numbers]).parse(outputs[name], { error: () => `${name}: a number or a list` })
    expectClose(value, expected, tolerance, name)
  }
}

export function chi(z: Float64Array, basis: readonly Float64Array[]): number {
  return energyFraction(z, basis).chi
}

export function alignment(z: Float64Array, basis: readonly Float64Array[]): number {
  return energyFraction(z, basis).energy
}
