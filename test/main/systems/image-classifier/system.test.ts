import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import type { MeasuredRecord } from '#shared/records'
import { defaultsOf, parseParams } from '#shared/params'
import { parseRunSpec } from '#shared/spec'
import type { Snapshot } from '#main/core/snapshot'
import { executeRun } from '#main/jobs/executeRun'
import { folderResources } from '#main/jobs/folderResources'
import { probeById } from '#main/probes/registry'
import { classifierAdvice } from '#main/systems/image-classifier/advice'
import { classifierClaims } from '#main/systems/image-classifier/claims'
import { digitsData } from '#main/systems/image-classifier/data'
import { initialParameters } from '#main/systems/image-classifier/initial'
import { classifierModel } from '#main/systems/image-classifier/model'
import { classifierParams, type ClassifierParams } from '#main/systems/image-classifier/params'
import { classifierPresets } from '#main/systems/image-classifier/presets'
import { classifierTraining } from '#main/systems/image-classifier/training'
import { systemById } from '#main/systems/registry'
import { Training } from '#main/train/training'
import { symmetricEigenvalues } from '#main/compute/linalg/index'
import { kroneckerFactors } from '#main/probes/kroneckerFactors'
import { expectClose } from '../../../helpers/expectClose'

const resources = folderResources('resources/data')
const defaults = defaultsOf(classifierParams)
const tiny: ClassifierParams = { ...defaults, K: 3, n: 4, width: 5, depth: 3, batchSize: 0 }

describe('digitsData', () => {
  it('trains on the first n images of each class, in columns ordered by class, and tests on the rest', () => {
    const { train, test } = digitsData({ ...tiny, n: 100 }, resources)
    expect(train.classSizes).toEqual([100, 100, 100])
    expect(test?.classSizes).toEqual([78, 82, 77])
    expect([train.inputs?.rows, train.inputs?.cols, train.targets.cols]).toEqual([64, 300, 300])
    const labels = (targets: Float64Array) =>
      Array.from({ length: 300 }, (_, i) => [0, 1, 2].find((k) => targets[k * 300 + i] === 1))
    expect(labels(train.targets.data)).toEqual([0, 1, 2].flatMap((k) => Array.from({ length: 100 }, () => k)))
    expect(train.targets.data.reduce((sum, y) => sum + y)).toBe(300)
    // The first row of the file is a zero whose third pixel is 5.
    expect(train.inputs?.data[2 * 300]).toBe(5 / 16 - 0.3)
    expect(Math.min(...train.inputs!.data)).toBe(-0.3)
    expect(Math.max(...train.inputs!.data)).toBe(0.7)
  })
  it('has no test set when asked for none, or when nothing is left of a class', () => {
    expect(digitsData({ ...tiny, testSet: 'none' }, resources).test).toBeNull()
    expect(digitsData({ ...tiny, K: 10, n: 174 }, resources).test).toBeNull()
  })
  it('says which class of a file is too small', () => {
    const file = gzipSync(
      Array.from({ length: 5 }, () => [...Array.from({ length: 64 }, () => 1), 0].join(',')).join('\n'),
    )
    expect(() => digitsData(tiny, { read: () => file })).toThrow(/0 images of the digit 1, expected at least n = 4/)
  })
})

async function withSnapshot<T>(params: ClassifierParams, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const backend = await createBackend()
  const training = new Training({
    model: classifierModel(params),
    data: digitsData(params, resources),
    initial: initialParameters(params, random(3, 'initial')),
    recipe: classifierTraining(params),
    backend,
    random: random(3, 'training'),
    seed: 3,
  })
  try {
    for (let step = 0; step < 5; step++) training.advance()
    return await use(training.snapshot(true))
  } finally {
    training.dispose()
    backend.dispose()
  }
}

describe('classifierModel', () => {
  const variants = ['relu', 'tanh'].flatMap((activation) =>
    ['ce', 'mse'].flatMap((loss) => ['yes', 'no'].map((biases) => ({ activation, loss, biases }))),
  )

  it.each(variants)('agrees with a forward pass written out, $activation $loss, biases: $biases', async (variant) => {
    const params = { ...tiny, ...variant }
    await withSnapshot(params, async (snapshot) => {
      const values = await snapshot.parameters()
      const { inputs, targets } = snapshot.split
      const N = targets.cols
      let summed = 0
      const logits: number[][] = []
      for (let i = 0; i < N; i++) {
        let h = Array.from({ length: 64 }, (_, a) => inputs!.data[a * N + i]!)
        for (let layer = 1; layer <= 3; layer++) {
          const [W, b] = [values[`W${layer}`]!, values[`b${layer}`]]
          const rows = W.length / h.length
          const z = Array.from({ length: rows }, (_, r) =>
            h.reduce((sum, x, a) => sum + W[r * h.length + a]! * x, b?.[r] ?? 0),
          )
          const phi = variant.activation === 'tanh' ? Math.tanh : (x: number) => Math.max(0, x)
          h = layer < 3 ? z.map(phi) : z
        }
        logits.push(h)
        const y = h.map((_, k) => targets.data[k * N + i]!)
        const normaliser = Math.log(h.reduce((sum, f) => sum + Math.exp(f), 0))
        summed +=
          params.loss === 'mse'
            ? h.reduce((sum, f, k) => sum + (f - y[k]!) ** 2 / 2, 0)
            : h.reduce((sum, f, k) => sum - y[k]! * (f - normaliser), 0)
      }
      const flat = Array.from({ length: 3 * N }, (_, at) => logits[at % N]![Math.floor(at / N)]!)
      // Sums of 64 terms of order 1 in another order: a few hundred roundings.
      expectClose((await snapshot.logits()).data, flat, { rtol: 1e-12, atol: 1e-13 })
      const { data, regularisation } = await snapshot.loss()
      expectClose([data], [summed / N], { rtol: 1e-12 })
      const squares = Object.values(values).reduce((sum, v) => sum + v.reduce((s, x) => s + x * x, 0), 0)
      expectClose([regularisation], [(params.weightDecay / 2) * squares], { rtol: 1e-12 })
    })
  })

  it('is a linear chain only with one layer and no biases', () => {
    expect(classifierModel({ ...tiny, depth: 1 })).toMatchObject({ isLinearChain: true, activation: 'linear' })
    expect(classifierModel({ ...tiny, depth: 1, biases: 'yes' }).isLinearChain).toBe(false)
    expect(classifierModel(tiny)).toMatchObject({ isLinearChain: false, activation: 'relu' })
  })

  it('can be measured by every one of its probes, biases and tanh included', async () => {
    for (const variant of [{}, { activation: 'tanh', loss: 'mse', biases: 'yes' }, { depth: 1, biases: 'yes' }]) {
      await withSnapshot({ ...tiny, ...variant }, async (snapshot) => {
        for (const id of systemById('image-classifier').probes) {
          const measured = await probeById(id).measure(snapshot, new AbortController().signal)
          expect(measured.length).toBeGreaterThan(0)
          const notFinite = measured.filter(({ data }) => !data.every(Number.isFinite))
          expect(notFinite.map(({ quantity }) => quantity)).toEqual([])
        }
      })
    }
  })

  it('has the last-layer Hessian I_K ⊗ HHᵀ/N with squared error, measured by Hessian-vector products', async () => {
    await withSnapshot({ ...tiny, loss: 'mse', activation: 'tanh', biases: 'yes' }, async (snapshot) => {
      const measured = await probeById('layerHessian').measure(snapshot, new AbortController().signal)
      const last = measured.find(({ layer }) => layer === 3)
      expect(last?.meta).toMatchObject({ method: 'dense', dimension: 15 })
      const layers = await snapshot.layers()
      const values = symmetricEigenvalues(kroneckerFactors(layers, layers.at(-1)!, 1 / layers[0]!.input.cols).Q)
      const threefold = [...values].flatMap((value) => [value, value, value])
      expectClose(last!.data, threefold, { atol: 1e-13 * values[0]! })
    })
  })
})

describe('initialParameters', () => {
  it.each([
    ['he', 2 / 64],
    ['xavier', 2 / (64 + 400)],
  ])('draws weights of the variance of %s and zero biases', (init, variance) => {
    const { W1, b1 } = initialParameters({ ...tiny, width: 400, init, biases: 'yes' }, random(5, 'initial'))
    const measured = W1!.reduce((sum, w) => sum + w * w, 0) / W1!.length
    // 25 600 draws: the variance has a relative standard error of √(2/25600) = 0.9 %; four of them.
    expectClose([measured], [variance], { rtol: 0.036 })
    expect(b1).toEqual(new Float64Array(400))
  })
  it('depends on the stream, not on the other layers', () => {
    const [shallow, deep] = [2, 4].map((depth) => initialParameters({ ...tiny, depth }, random(5, 'initial')))
    expect(shallow!['W1']).toEqual(deep!['W1'])
    expect(initialParameters(tiny, random(6, 'initial'))['W1']).not.toEqual(deep!['W1'])
  })
})

describe('classifierTraining', () => {
  const rates = (schedule: string) => {
    const { learningRate } = classifierTraining({ ...tiny, schedule, learningRate: 1, steps: 300 })
    return [0, 99, 100, 200, 299].map(learningRate)
  }
  it('has the schedules it names', () => {
    expect(rates('constant')).toEqual([1, 1, 1, 1, 1])
    expectClose(rates('step'), [1, 1, 0.1, 0.01, 0.01], { rtol: 1e-12 })
    expectClose(
      rates('cosine'),
      [0, 99, 100, 200, 299].map((t) => Math.cos((Math.PI * t) / 600) ** 2),
      { rtol: 1e-9 },
    )
  })
  it('takes the whole training set for a batch size of 0', () => {
    expect(classifierTraining(tiny).batchSize).toBeNull()
    expect(classifierTraining({ ...tiny, batchSize: 6 }).batchSize).toBe(6)
  })
})

describe('advice and presets', () => {
  it('warns of what will not show collapse and is silent about the presets', () => {
    const paths = (params: Partial<ClassifierParams>) =>
      classifierAdvice({ ...tiny, ...params }).map(({ path }) => path)
    expect(paths({ batchSize: 13, weightDecay: 0, width: 1, n: 4 })).toEqual([
      'params.batchSize',
      'params.width',
      'params.weightDecay',
    ])
    expect(paths({ n: 1 })).toEqual(['params.n'])
    for (const { params } of Object.values(classifierPresets)) {
      expect(classifierAdvice(parseParams(classifierParams, params))).toEqual([])
    }
  })
})

describe.each(['small', 'mse'] as const)('preset %s', (preset) => {
  it('reaches the terminal phase and meets its claims', async () => {
    const params = parseParams(classifierParams, classifierPresets[preset].params)
    const probes = ['loss', 'accuracy', 'collapse', ...(preset === 'mse' ? ['layerHessian'] : [])]
    const spec = parseRunSpec({ system: 'image-classifier', params, probes, schedule: { perDecade: 1 } })
    const records: MeasuredRecord[] = []
    const outcome = await executeRun(spec, {
      resources,
      signal: new AbortController().signal,
      sink: { record: (record) => records.push(record), log: (entry) => expect(entry).toBeNull() },
      onStart: () => {},
      onProgress: () => {},
    })
    expect(outcome).toEqual({ status: 'completed', step: params.steps })
    const claims = classifierClaims.filter((claim) => claim.preset === preset)
    expect(claims.map((claim) => claim.applies(params))).toEqual(claims.map(() => true))
    expect(claims.some((claim) => claim.applies({ ...params, width: 33 }))).toBe(false)
    const at = (quantity: string, layer: number | null, step: number | 'last') =>
      records.findLast((r) => r.quantity === quantity && r.layer === layer && (step === 'last' || r.step === step)) ??
      null
    const checks = claims.flatMap((claim) => claim.check({ params, at }, params))
    expect(checks.length).toBeGreaterThan(0)
    expect(checks.filter((check) => !check.holds)).toEqual([])
  }, 120_000)
})
