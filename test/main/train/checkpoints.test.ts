import { describe, expect, it } from 'vitest'
import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import type { Checkpoint } from '#main/core/checkpoint'
import { cosineRate } from '#main/train/schedules'
import { ReplicatedTraining } from '#main/train/replicatedTraining'
import { Training, type TrainingOptions } from '#main/train/training'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { optimisers } from '../../helpers/optimisers'

const STEPS = 40
const config = uniformConfig({ K: 3, n: 2, depth: 2, width: 4, lambda: 0.01 })
const model = ufmModel(config, { loss: 'ce', activation: 'relu' })
const dtypes = ['float64', 'float32'] as const
const cases = optimisers.flatMap(({ name, spec }) => dtypes.map((dtype) => ({ name, spec, dtype })))

async function optionsOf({ spec, dtype }: (typeof cases)[number], seed = 1): Promise<TrainingOptions> {
  return {
    model,
    data: ufmData(config),
    initial: initialParameters(config, 1, random(seed, 'initial')),
    recipe: { steps: STEPS, learningRate: cosineRate(0.1, STEPS), optimiser: spec, batchSize: null },
    backend: await createBackend({ id: 'cpu', dtype, blas: 'embedded' }),
    random: random(seed, 'training'),
    seed,
  }
}

const bits = ({ step, arrays }: Checkpoint) => ({
  step,
  arrays: arrays.map(({ name, shape, data }) => ({
    name,
    shape,
    bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
  })),
})

function advance(training: Training, to: number): Training {
  while (training.step < to) training.advance()
  return training
}

describe.each(cases)('$name in $dtype', (given) => {
  it('goes on from any state with the bits of a training that was never interrupted', async () => {
    const options = await optionsOf(given)
    const whole = new Training(options)
    const ends: Checkpoint[] = [await whole.checkpoint()]
    while (whole.step < STEPS) {
      whole.advance()
      ends.push(await whole.checkpoint())
    }
    for (const cut of [0, 1, 7, 20, 39]) {
      const resumed = new Training(options)
      resumed.resume(ends[cut]!)
      expect(bits(await resumed.checkpoint())).toEqual(bits(ends[cut]!))
      expect(bits(await advance(resumed, STEPS).checkpoint())).toEqual(bits(ends[STEPS]!))
      resumed.dispose()
    }
  })

  it('goes on in replicas as alone, the stopped ones where they stopped', async () => {
    const seeds = [1, 2, 3]
    const all = await Promise.all(seeds.map((seed) => optionsOf(given, seed)))
    const replicas = all.map(({ initial, recipe, random: own, seed }) => ({ ...recipe, initial, random: own, seed }))
    const options = { ...all[0]!, replicas, batchSize: null, sharedOrder: null }
    const first = new ReplicatedTraining(options)
    first.advance(5)
    first.stop(1)
    first.advance(5)
    const cut = await first.checkpoints()
    expect(cut.map(({ step }) => step)).toEqual([10, 5, 10])

    const resumed = new ReplicatedTraining(options)
    resumed.resume(cut)
    await resumed.compact()
    first.advance(STEPS - 10)
    resumed.advance(STEPS - 10)
    const ends = (await resumed.checkpoints()).map(bits)
    expect(ends).toEqual((await first.checkpoints()).map(bits))

    const alone = new Training(all[2]!)
    alone.resume(cut[2]!)
    expect(bits(await advance(alone, STEPS).checkpoint())).toEqual(ends[2])
  })
})

describe.each(cases)('the next update by $name in $dtype', (given) => {
  it('is what the next step adds, to the bit, and looking at it changes nothing', async () => {
    const options = await optionsOf(given)
    const [watched, alone] = [new Training(options), new Training(options)]
    for (let step = 0; step < 5; step++) {
      const [before, update] = [await watched.snapshot().parameters(), await watched.snapshot().nextUpdate()]
      watched.advance()
      alone.advance()
      const after = await watched.snapshot().parameters()
      for (const [name, values] of Object.entries(after)) {
        expect(update[name]).toEqual(values.map((value, i) => value - before[name]![i]!))
      }
    }
    expect(bits(await watched.checkpoint())).toEqual(bits(await alone.checkpoint()))
  })
})

describe('a state that does not fit', () => {
  it('is refused by name, shape or precision', async () => {
    const [plain, , ball] = await Promise.all(cases.slice(0, 3).map((given) => optionsOf(given)))
    const checkpoint = await new Training(plain!).checkpoint()
    expect(() => new Training(ball!).resume(checkpoint)).toThrow(/no "velocity H1".*H1, W1, W2/)
    const [first, ...others] = checkpoint.arrays
    const resumed = (array: Checkpoint['arrays'][number]) => () =>
      new Training(plain!).resume({ step: 0, arrays: [array, ...others] })
    expect(resumed({ ...first!, shape: [24] })).toThrow(/"H1".*float64 \[24\].*expected float64 \[4, 6\]/)
    expect(resumed({ ...first!, data: new Float32Array(24) })).toThrow(/float32 \[4, 6\].*expected float64/)
  })
})
