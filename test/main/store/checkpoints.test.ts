import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Checkpoint, FloatArray } from '#main/core/checkpoint'
import { initial } from '#main/store/migrations/001-initial'
import { openProject } from '#main/store/openProject'
import { failureOf, fixedClock, newRun, runId, scalar, temporaryFolder, vector } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'

const clock = fixedClock()
const id = runId(1)

function projectWithRuns(count = 1) {
  const path = join(temporaryFolder(), 'work.collapsar')
  const project = openProject(path, { clock })
  for (let number = 1; number <= count; number++) project.runs.enqueue(newRun(number))
  onTestFinished(() => project.close())
  return { path, project }
}

function checkpoint(step: number, ...data: FloatArray[]): Checkpoint {
  return { step, arrays: data.map((values, i) => ({ name: `W${i + 1}`, shape: [values.length], data: values })) }
}

const point = (step: number, ...data: FloatArray[]) => ({
  checkpoint: checkpoint(step, ...data),
  lastFiniteLoss: step / 7,
  trainedSeconds: step / 3,
})
const bytes = ({ buffer, byteOffset, byteLength }: FloatArray) => [...new Uint8Array(buffer, byteOffset, byteLength)]

/** Any bits: NaN payloads, infinities, −0 and denormals are among them. */
const anyBytes = (size: number) => fc.array(fc.uint8Array({ minLength: size, maxLength: size }), { maxLength: 20 })
const anyArray: fc.Arbitrary<FloatArray> = fc.oneof(
  anyBytes(8).map((list) => new Float64Array(Uint8Array.from(list.flatMap((eight) => [...eight])).buffer)),
  anyBytes(4).map((list) => new Float32Array(Uint8Array.from(list.flatMap((four) => [...four])).buffer)),
)

describe('stored states', () => {
  it('come back bit for bit, in their precision and order', () => {
    const { project } = projectWithRuns()
    let step = 0
    fc.assert(
      fc.property(fc.array(anyArray, { maxLength: 4 }), (data) => {
        project.checkpoints.save(id, point(++step, ...data), true)
        const { arrays } = project.checkpoints.at(id, step)
        expect(arrays.map(({ name, shape }) => ({ name, shape }))).toEqual(
          data.map((values, i) => ({ name: `W${i + 1}`, shape: [values.length] })),
        )
        expect(arrays.map((array) => array.data.constructor)).toEqual(data.map((values) => values.constructor))
        expect(arrays.map((array) => bytes(array.data))).toEqual(data.map(bytes))
      }),
      { numRuns: repetitions('CASES', 100) },
    )
  })

  it('are kept where they were chosen; of the others there is never more than one', () => {
    const { project } = projectWithRuns(2)
    const values = new Float64Array(1000).map((_, i) => Math.sin(i))
    project.checkpoints.save(runId(2), point(3, values), false)
    const once = project.checkpoints.storedBytes(runId(2))
    for (let step = 1; step <= 20; step++) {
      project.checkpoints.save(id, point(step, values), step % 10 === 0)
      const resumePoints = step % 10 === 0 ? 0 : 1
      expect(project.checkpoints.storedBytes(id)).toBe(once * (Math.floor(step / 10) + resumePoints))
      expect(project.checkpoints.latest(id)).toMatchObject({
        checkpoint: { step },
        lastFiniteLoss: step / 7,
        trainedSeconds: step / 3,
      })
    }
    expect(project.checkpoints.steps(id)).toEqual([10, 20])
    expect(project.checkpoints.steps(runId(2))).toEqual([])
    expect(project.checkpoints.latest(runId(2))?.checkpoint.step).toBe(3)
  })

  it('say which there are when another is asked for', () => {
    const { project } = projectWithRuns()
    expect(project.checkpoints.latest(id)).toBeNull()
    expect(failureOf(() => project.checkpoints.at(id, 5)).message).toMatch(/step 5: none/)
    project.checkpoints.save(id, point(2, Float64Array.of(1)), true)
    project.checkpoints.save(id, point(4, Float64Array.of(1)), true)
    const failure = failureOf(() => project.checkpoints.at(id, 5))
    expect(failure).toMatchObject({ code: 'not-found', message: expect.stringMatching(/step 5.*2, 4/) })
  })

  it('are found damaged by one flipped bit, and the state before is gone on from', () => {
    const { path, project } = projectWithRuns()
    project.checkpoints.save(id, point(2, Float64Array.of(1, 2, 3)), true)
    project.checkpoints.save(id, point(4, Float64Array.of(4, 5, 6)), true)
    const database = new Database(path)
    const where = 'WHERE checkpoint_id = (SELECT id FROM checkpoints WHERE step = 4)'
    const data = database.prepare(`SELECT data FROM checkpoint_arrays ${where}`).pluck().get()
    if (!Buffer.isBuffer(data)) throw new Error('expected a blob')
    data.writeUInt8(data.readUInt8(20) ^ 1, 20)
    database.prepare(`UPDATE checkpoint_arrays SET data = ? ${where}`).run(data)
    database.close()
    expect(failureOf(() => project.checkpoints.at(id, 4))).toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/damaged/),
    })
    expect(project.checkpoints.latest(id)?.checkpoint.step).toBe(2)
  })
})

describe('going back to a state', () => {
  it('forgets what was measured and stored after it, and nothing else', () => {
    const { project } = projectWithRuns(2)
    const measured = [0, 1, 5, 9].flatMap((step) => [
      scalar('loss', step, 1 / (step + 1)),
      scalar('gap', step, step, 2),
      vector('values', step, [step, -0]),
    ])
    for (const run of [id, runId(2)]) {
      for (const record of measured) project.records.append(run, [record])
      project.records.append(run, [scalar('late', 9, 1)])
      project.checkpoints.save(run, point(5, Float64Array.of(5)), true)
      project.checkpoints.save(run, point(9, Float64Array.of(9)), false)
    }
    project.records.discardAfter(id, 5)
    project.checkpoints.discardAfter(id, 5)
    expect(project.records.series(id, 'loss', null)).toEqual({
      steps: Float64Array.of(0, 1, 5),
      values: Float64Array.of(1, 0.5, 1 / 6),
    })
    expect(project.records.series(id, 'gap', 2).steps).toEqual(Float64Array.of(0, 1, 5))
    expect(project.records.arrays(id, 'values', null).map(({ step }) => step)).toEqual([0, 1, 5])
    expect(project.records.lastValues(id)).toEqual({ loss: 1 / 6 })
    expect(project.records.measured(id).some(({ quantity }) => quantity === 'late')).toBe(false)
    expect(project.checkpoints.latest(id)?.checkpoint.step).toBe(5)
    expect(project.records.series(runId(2), 'loss', null).steps).toEqual(Float64Array.of(0, 1, 5, 9))
    expect(project.checkpoints.latest(runId(2))?.checkpoint.step).toBe(9)

    project.records.append(id, [scalar('loss', 9, 0.25)])
    expect(project.records.series(id, 'loss', null).values).toEqual(Float64Array.of(1, 0.5, 1 / 6, 0.25))
    project.records.discardAfter(id, -1)
    expect(project.records.measured(id)).toEqual([])
  })
})

describe('a project of the first format', () => {
  it('opens with its runs, whose specs know nothing of stored states', () => {
    const path = join(temporaryFolder(), 'old.collapsar')
    const database = new Database(path)
    database.exec(`${initial}; PRAGMA application_id = ${0x434c5053}; PRAGMA user_version = 1`)
    database
      .prepare(
        `INSERT INTO runs (id, created_order, system, name, seed, spec, quantities, status, steps, flops_per_step,
           created_at) VALUES (?, 1, 'tiny', '', 0, '{"system":"tiny"}', '[]', 'interrupted', 10, 100, 0)`,
      )
      .run(id)
    database.close()
    const project = openProject(path, { clock })
    onTestFinished(() => project.close())
    expect(project.runs.get(id)).toMatchObject({
      spec: { checkpoints: { steps: [], resumeSeconds: 30 } },
      startedAtStep: 0,
      deaths: 0,
    })
    expect(project.checkpoints.latest(id)).toBeNull()
    project.checkpoints.save(id, point(1, Float32Array.of(1)), false)
    expect(project.checkpoints.at(id, 1).arrays).toHaveLength(1)
  })
})
