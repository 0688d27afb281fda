import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openProject } from '#main/store/openProject'
import { failureOf, fixedClock, newRun, runId, scalar, temporaryFolder, vector } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'

const clock = fixedClock()
const id = runId(1)

function projectWithRun() {
  const path = join(temporaryFolder(), 'work.collapsar')
  const project = openProject(path, { clock })
  project.runs.enqueue(newRun(1))
  onTestFinished(() => project.close())
  return { path, project }
}

const bits = (values: Float64Array) => [...new BigUint64Array(values.buffer, values.byteOffset, values.length)]

/** Any 64 bits: every NaN payload, −0, infinities and denormals are among them. */
const anyFloats = fc
  .array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 40 })
  .chain((random) => fc.shuffledSubarray([...random, ...SPECIAL_BITS], { minLength: 0 }))
  .map((patterns) => new Float64Array(BigUint64Array.from(patterns).buffer))

const SPECIAL_BITS = [
  0x8000000000000000n, // −0
  0x7ff0000000000000n, // ∞
  0xfff0000000000000n, // −∞
  0x7ff8000000000001n, // quiet NaN with a payload
  0xfff8dead0000beefn, // negative NaN with a payload
  0x0000000000000001n, // smallest denormal
]

describe('records', () => {
  it('read arrays back bit for bit', () => {
    const { project } = projectWithRun()
    let step = 0
    fc.assert(
      fc.property(anyFloats, fc.boolean(), (data, asMatrix) => {
        step += 1
        const shape = asMatrix ? [1, data.length] : [data.length]
        project.records.append(id, [{ quantity: 'any', layer: 2, step, shape, data, meta: { method: 'dense' } }])
        const read = project.records.atOrBefore(id, 'any', 2, step)
        expect(read).toMatchObject({ quantity: 'any', layer: 2, step, shape, meta: { method: 'dense' } })
        expect(bits(read!.data)).toEqual(bits(data))
      }),
      { numRuns: repetitions('CASES', 100) },
    )
  })

  it('read series back bit for bit, whole batches or one by one, before and after compaction', () => {
    const { project } = projectWithRun()
    let name = 0
    fc.assert(
      fc.property(anyFloats, fc.integer({ min: 1, max: 7 }), (data, batch) => {
        const quantity = `s${++name}`
        const records = Array.from(data, (_, i) => ({ ...scalar(quantity, i * 10, 0), data: data.slice(i, i + 1) }))
        for (let i = 0; i < records.length; i += batch) project.records.append(id, records.slice(i, i + batch))
        for (const compact of [false, true]) {
          if (compact) project.records.compact(id)
          const series = project.records.series(id, quantity, null)
          expect(bits(series.values)).toEqual(bits(data))
          expect([...series.steps]).toEqual(records.map((record) => record.step))
        }
      }),
      { numRuns: repetitions('CASES', 40) },
    )
  })

  it('merge the chunks of a long series while it grows', () => {
    const { path, project } = projectWithRun()
    for (let step = 0; step < 600; step++) project.records.append(id, [scalar('loss', step, 1 / (step + 1))])
    const reader = new Database(path, { readonly: true })
    onTestFinished(() => void reader.close())
    expect(reader.prepare('SELECT count(*) FROM series_chunks').pluck().get()).toBeLessThan(260)
    expect(project.records.series(id, 'loss', null).values).toEqual(
      Float64Array.from({ length: 600 }, (_, i) => 1 / (i + 1)),
    )
    project.records.compact(id)
    expect(reader.prepare('SELECT count(*) FROM series_chunks').pluck().get()).toBe(1)
  })

  it('keep layers apart, and no layer apart from all of them', () => {
    const { project } = projectWithRun()
    project.records.append(id, [scalar('σ', 0, 1, 1), scalar('σ', 0, 2, 2), scalar('σ', 0, 3), scalar('σ', 5, 4, 2)])
    expect([...project.records.series(id, 'σ', 2).values]).toEqual([2, 4])
    expect([...project.records.series(id, 'σ', null).values]).toEqual([3])
    expect([...project.records.series(id, 'σ', 7).values]).toEqual([])
    expect(project.records.lastValues(id)).toEqual({ σ: 3 })
  })

  it('find the array at or before a step, and scalars too', () => {
    const { project } = projectWithRun()
    project.records.append(id, [vector('eig', 10, [1]), vector('eig', 100, [2]), scalar('loss', 10, 7)])
    const found = (quantity: string, step: number) =>
      project.records.atOrBefore(id, quantity, null, step)?.data[0] ?? null
    expect([9, 10, 99, 100, 1e9].map((step) => found('eig', step))).toEqual([null, 1, 1, 2, 2])
    expect([9, 10, 1e9].map((step) => found('loss', step))).toEqual([null, 7, 7])
    expect(project.records.measured(id)).toEqual([
      { quantity: 'loss', layer: null, steps: Float64Array.of(10) },
      { quantity: 'eig', layer: null, steps: Float64Array.of(10, 100) },
    ])
  })

  it('store a batch wholly or not at all', () => {
    const { project } = projectWithRun()
    project.records.append(id, [vector('eig', 1, [1])])
    failureOf(() => project.records.append(id, [scalar('loss', 1, 5), vector('eig', 1, [2])]))
    expect(project.records.series(id, 'loss', null).steps).toHaveLength(0)
    expect([...project.records.atOrBefore(id, 'eig', null, 1)!.data]).toEqual([1])
  })

  it('notice every flipped bit inside a stored array', () => {
    const { path, project } = projectWithRun()
    project.records.append(id, [vector('eig', 1, [Math.PI, Math.E, 3, 4])])
    project.close()
    const database = new Database(path)
    const blob = database.prepare('SELECT data FROM arrays').pluck().get()
    if (!Buffer.isBuffer(blob)) throw new Error('expected the stored bytes')
    const store = database.prepare('UPDATE arrays SET data = ?')
    let noticed = 0
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const flipped = Buffer.from(blob)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      store.run(flipped)
      const reader = openProject(path, { clock, readOnly: true })
      let read: Float64Array | null = null
      try {
        read = reader.records.atOrBefore(id, 'eig', null, 1)?.data ?? null
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'storage' })
        noticed += 1
      }
      // A flip in a header bit without meaning may leave the numbers as they were; never may it change them.
      if (read) expect([...read]).toEqual([Math.PI, Math.E, 3, 4])
      reader.close()
    }
    expect(noticed).toBeGreaterThan(blob.length * 8 * 0.9)
    database.close()
  })
})
