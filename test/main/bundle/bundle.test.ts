import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { strToU8, unzipSync, zipSync, type Zippable } from 'fflate'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunId } from '#shared/ids'
import type { MeasuredRecord } from '#shared/records'
import { openBundle } from '#main/bundle/readBundle'
import { matrixDigest } from '#main/core/matrixDigest'
import { bytesOfFloats } from '#main/store/floatBlob'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import { arrayRefs, type RunContent } from '#main/store/runContent'
import type { StoredRun } from '#main/store/runs'
import { everyRun, newRun, runId, scalar, shownRuns, temporaryFolder } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'
import { addRun, bundleFile, clock, emptyProject, importFile, nothing, sampleRecords } from './bundles'

const newId = () => runId(99)

function twoProjects(): { from: Project; to: Project; file: string } {
  const folder = temporaryFolder()
  const [{ project: from }, { project: to }] = [emptyProject(folder, 'from.clps'), emptyProject(folder, 'to.clps')]
  onTestFinished(() => {
    from.close()
    to.close()
  })
  return { from, to, file: join(folder, 'run.zip') }
}

const bringIn = (to: Project, file: string) => importFile(to, file, newId)

/** Every bit of every array, in the order of the document. */
async function bitsOf(project: Project, number: number): Promise<readonly Buffer[]> {
  const { document, read } = project.transfer.content(runId(number))
  return Promise.all(arrayRefs(document).map(async (ref) => Buffer.from(bytesOfFloats(await read(ref)))))
}

describe('a run bundle', () => {
  it('leaves whole and comes back bit for bit', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    await bundleFile(from, 1, file)
    expect(await bringIn(to, file)).toEqual({ ...nothing, copied: [{ from: runId(1), to: runId(1) }] })
    expect(to.runs.get(runId(1))).toEqual(from.runs.get(runId(1)))
    expect(to.transfer.content(runId(1)).document).toEqual(from.transfer.content(runId(1)).document)
    expect(await bitsOf(to, 1)).toEqual(await bitsOf(from, 1))
    expect(to.checkpoints.latest(runId(1))).toEqual(from.checkpoints.latest(runId(1)))
    expect(to.records.lastValues(runId(1))).toEqual(from.records.lastValues(runId(1)))
    expect(to.queue.count()).toBe(0)
    expect((await to.health.verify()).damaged).toEqual([])
  })

  const journeys = repetitions('CASES', 25)
  it('keeps the bits of every number there is', { timeout: 60_000 + 5000 * journeys }, async () => {
    // Any 64 bits: NaN payloads, signalling NaN, −0, denormals.
    const bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    const records = fc.array(fc.array(bits, { maxLength: 20 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(records, fc.array(bits, { maxLength: 9 }), async (vectors, state) => {
        const folder = temporaryFolder()
        const [{ project: from }, { project: to }] = [emptyProject(folder, 'a.clps'), emptyProject(folder, 'b.clps')]
        const file = join(folder, 'run.zip')
        const given = vectors.map((values, step): MeasuredRecord => {
          const data = new Float64Array(BigUint64Array.from(values).buffer)
          return { quantity: 'q', layer: step, step, shape: [1, values.length], data, meta: null }
        })
        const data = new Float32Array(BigUint64Array.from(state).buffer)
        addRun(from, 1, given, [{ name: 'W', shape: [data.length], data }])
        await bundleFile(from, 1, file)
        await bringIn(to, file)
        const [sent, arrived] = [await bitsOf(from, 1), await bitsOf(to, 1)]
        from.close()
        to.close()
        expect(arrived).toEqual(sent)
        const stored = vectors.map((values) => Buffer.from(BigUint64Array.from(values).buffer))
        expect(sent.slice(0, stored.length)).toEqual(stored)
        // Thousands of projects are more than a disk should hold until the test ends.
        rmSync(folder, { recursive: true })
      }),
      { numRuns: journeys },
    )
  })

  it('is the same bytes for the same run', async () => {
    const { from, file } = twoProjects()
    addRun(from, 1)
    expect(await bundleFile(from, 1, file)).toEqual(await bundleFile(from, 1, file))
  })

  it('can be read by NumPy and unzip', async () => {
    const { from, file } = twoProjects()
    addRun(from, 1)
    const files = unzipSync(await bundleFile(from, 1, file))
    const spectrum = Object.entries(files).find(([name]) => name.endsWith('-4.f8.npy'))?.[1] ?? new Uint8Array()
    expect(Buffer.from(spectrum.subarray(0, 10)).toString('latin1')).toBe('\u0093NUMPY\u0001\u0000\u0076\u0000')
    expect(spectrum.length).toBe(128 + 4 * 8)
    expect(Buffer.from(spectrum).toString('latin1', 10, 128).trimEnd()).toBe(
      "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }",
    )
  })

  it('is left alone the second time, and takes a new id where its own belongs to another run', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    await bundleFile(from, 1, file)
    addRun(to, 1, [scalar('loss', 0, 9)])
    expect(await bringIn(to, file)).toEqual({ ...nothing, copied: [{ from: runId(1), to: runId(99) }] })
    expect(await bringIn(to, file)).toEqual({ ...nothing, skipped: [runId(1)] })
    expect(to.records.series(runId(1), 'loss', null).values).toEqual(Float64Array.of(9))
    expect(to.runs.list()).toHaveLength(2)
  })

  it('is not made of a run that has not ended, nor of one with a damaged array', async () => {
    const { from, file } = twoProjects()
    from.runs.enqueue(newRun(1))
    await expect(bundleFile(from, 1, file)).rejects.toThrow(/pending.*let it end/)
  })

  it('is brought in as a whole or not at all', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    await bundleFile(from, 1, file)
    const bundle = await openBundle(file)
    onTestFinished(() => bundle.close())
    const run = await bundle.run(runId(1))
    const all = new Set(arrayRefs(run.document).map(({ sha256 }) => sha256)).size
    for (const stopAt of [0, 3, all - 1]) {
      let left = stopAt
      const failing: RunContent = { ...run, read: async (ref) => {
        if (left-- === 0) throw new Error('the disk went away')
        return run.read(ref)
      } } // prettier-ignore
      await expect(to.transfer.add(failing, newId)).rejects.toThrow(/went away/)
      expect(everything(to)).toEqual([])
    }
    const stop = new AbortController()
    const stopping: RunContent = { ...run, read: async (ref) => {
      stop.abort(new Error('a person stopped it'))
      return run.read(ref)
    } } // prettier-ignore
    await expect(to.transfer.add(stopping, newId, stop.signal)).rejects.toThrow(/stopped it/)
    expect(everything(to)).toEqual([])
  })

  it('is not seen before it is whole, wherever one looks', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    await bundleFile(from, 1, file)
    const bundle = await openBundle(file)
    onTestFinished(() => bundle.close())
    const run = await bundle.run(runId(1))
    let looked = 0
    const watched: RunContent = { ...run, read: async (ref) => {
      looked++
      expect(everything(to)).toEqual([])
      to.runs.setBinned([runId(1)], null)
      expect(() => to.health.purge([runId(1)])).toThrow(/not in the bin/)
      return run.read(ref)
    } } // prettier-ignore
    expect(await to.transfer.add(watched, newId)).toEqual({ runId: runId(1), outcome: 'added' })
    expect(looked).toBeGreaterThan(5)
    expect(to.runs.ids()).toEqual([runId(1)])
  })

  it('leaves nothing behind when the process ends before it is whole', async () => {
    const folder = temporaryFolder()
    const { project, path } = emptyProject(folder)
    project.runs.arrive({ ...endedRun(project), id: runId(2) })
    project.close()
    const reopened = openProject(path, { clock })
    onTestFinished(() => reopened.close())
    expect(reopened.runs.has(runId(2))).toBe(false)
    expect(reopened.runs.has(runId(1))).toBe(true)
  })

  it('brings what a run lacks that is here already, and changes nothing that was written here', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    await bundleFile(from, 1, file)
    await bringIn(to, file)
    from.annotations.change([runId(1)], { addTags: ['PAPER', 'new'], note: 'theirs', color: 'pink' })
    to.annotations.change([runId(1)], { note: 'ours', color: null, removeTags: ['keep'] })
    await bundleFile(from, 1, file)
    expect(await bringIn(to, file)).toEqual({ ...nothing, completed: [runId(1)] })
    const marks = { star: true, color: 'pink', note: 'ours', tags: ['keep', 'new', 'Paper'] }
    expect(to.annotations.of(runId(1))).toEqual(marks)
    expect(await bringIn(to, file)).toEqual({ ...nothing, skipped: [runId(1)] })
  })

  it('carries the matrices of its spec, whatever they are called here', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    const other = { rows: 1, cols: 1, values: Float64Array.of(1), observed: Float64Array.of(1) }
    to.matrices.add({ name: 'ratings', digest: matrixDigest(other), matrix: other, at: 1 })
    await bundleFile(from, 1, file)
    await bringIn(to, file)
    const reference = String(to.runs.get(runId(1)).spec.params['ratings'])
    expect(to.matrices.load(reference)).toEqual(from.matrices.load(reference))
    expect(to.matrices.list().map(({ name }) => name)).toEqual(['ratings', 'ratings 2'])
  })

  it('carries analyses, which never answer a question that is asked here', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    await bundleFile(from, 1, file)
    await bringIn(to, file)
    const [theirs] = from.analyses.list(runId(1))
    const [ours] = to.analyses.list(runId(1))
    expect(to.analyses.result(ours?.id ?? 0)).toEqual(from.analyses.result(theirs?.id ?? 0))
    expect(to.analyses.vectors(ours?.id ?? 0)).toEqual(from.analyses.vectors(theirs?.id ?? 0))
    expect(to.analyses.byInput(theirs?.inputHash ?? '')).toBeNull()
  })

  it('holds many runs, and equal arrays once', async () => {
    const { from, to, file } = twoProjects()
    for (const number of [1, 2, 3]) addRun(from, number)
    const alone = Object.keys(unzipSync(await bundleFile(from, 1, file)))
    const together = Object.keys(unzipSync(await bundleFile(from, [1, 2, 3], file)))
    expect(together.length).toBeLessThan(3 * alone.length)
    expect((await bringIn(to, file)).copied.map(({ to: id }) => id)).toEqual([1, 2, 3].map(runId))
    for (const number of [1, 2, 3]) expect(await bitsOf(to, number)).toEqual(await bitsOf(from, number))
  })
})

/** Whatever of runs can be seen outside and inside the bin. */
function everything(project: Project): readonly RunId[] {
  const binned = project.runQueries.ids({ ...everyRun, binned: true }, { sort: [], offset: 0, limit: 10 })
  expect(project.runQueries.recent(10).ended).toEqual([])
  return [...project.runs.ids(), ...shownRuns(project), ...binned, ...project.health.binned()]
}

function endedRun(project: Project): StoredRun {
  addRun(project, 1)
  return project.runs.get(runId(1))
}

/** The files of a sound bundle, to be spoilt. */
async function soundFiles(): Promise<{ file: string; files: Record<string, Uint8Array>; array: string }> {
  const { from, file } = twoProjects()
  addRun(from, 1, sampleRecords(1))
  const files = unzipSync(await bundleFile(from, 1, file))
  const array = Object.keys(files).find((name) => name.startsWith('arrays/')) ?? ''
  return { file, files, array }
}

describe('a hostile bundle', () => {
  const refusals: readonly (readonly [string, (files: Record<string, Uint8Array>, array: string) => Zippable, RegExp])[] =
    [
      ['a path that leads out', (files) => ({ ...files, '../evil.npy': new Uint8Array(1) }), /sound zip|which no bundle/],
      ['an absolute path', (files) => ({ ...files, '/etc/passwd': new Uint8Array(1) }), /sound zip|which no bundle/],
      ['an archive inside', (files) => ({ ...files, 'inner.zip': zipSync({}) }), /inner\.zip.*which no bundle has/],
      ['a folder', (files) => ({ ...files, 'arrays/': new Uint8Array() }), /which no bundle has/],
      ['a link', (files, array) => ({ ...files, [array]: [files[array]!, { os: 3, attrs: 0o120777 << 16 }] }), /link/],
      ['a missing array', (files, array) => without(files, array), /is missing/],
      ['a missing run', (files) => without(files, RUN), /r-0000000001\.json is missing/],
      ['a run that it does not name', (files) => ({ ...files, 'runs/r-0000000002.json': files[RUN]! }), /not named by/],
      ['another run in place of one', (files) => ({ ...files, [RUN]: edited(files, runId(1), runId(2)) }), /document of run/],
      ['no manifest', (files) => without(files, 'manifest.json'), /manifest\.json is missing/],
      ['a bomb', (files, array) => ({ ...files, [array]: new Uint8Array(50_000_000) }), /expands from/],
      ['a manifest that is no JSON', (files) => ({ ...files, 'manifest.json': strToU8('{') }), /not JSON/],
      ['a document without end', (files) => ({ ...files, [RUN]: nested(files) }), /nested|r-0000000001/],
      ['a newer format', (files) => ({ ...files, 'manifest.json': edited(files, '"version":1', '"version":2', 'manifest.json') }), /version/],
      ['a false shape', (files) => ({ ...files, [RUN]: edited(files, '"shape":[4]', '"shape":[4000000000]') }), /missing/],
      ['a false status', (files) => ({ ...files, [RUN]: edited(files, '"interrupted"', '"running"') }), /run\.status/],
      ['a series twice', (files) => ({ ...files, [RUN]: edited(files, '"accuracy","layer":null', '"loss","layer":2') }), /twice/],
      ['a tag twice', (files) => ({ ...files, [RUN]: edited(files, '"Paper"', '"KEEP"') }), /tag keep is there twice/],
      ['a matrix that its spec does not name', (files) => ({ ...files, [RUN]: edited(files, '"ratings":"ratings@', '"ratings":"@') }), /does not refer/],
    ] // prettier-ignore

  it.each(refusals)('with %s is refused', async (_, spoil, message) => {
    const { file, files, array } = await soundFiles()
    writeFileSync(file, zipSync(spoil(files, array)))
    await expect(openRun(file)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(message) })
  })

  it('with a name twice, or encrypted, is refused', async () => {
    const { file } = await soundFiles()
    const bytes = readFileSync(file)
    const first = bytes.indexOf('PK\u0001\u0002')
    const encrypted = Buffer.from(bytes)
    encrypted[first + 8] = encrypted[first + 8]! | 1
    writeFileSync(file, encrypted)
    await expect(openBundle(file)).rejects.toThrow(/encrypted/)
    const second = bytes.indexOf('arrays/', first)
    const third = bytes.indexOf('arrays/', second + 7)
    const doubled = Buffer.from(bytes)
    bytes.copy(doubled, third, second, second + 'arrays/'.length + 64)
    writeFileSync(file, doubled)
    await expect(openRun(file)).rejects.toThrow(/twice|missing|not named/)
  })

  it('with other numbers than its manifest says brings nothing in', async () => {
    const { to } = twoProjects()
    const { file, files, array } = await soundFiles()
    const changed = Uint8Array.from(files[array] ?? [])
    changed[changed.length - 1]! ^= 1
    writeFileSync(file, zipSync({ ...files, [array]: changed }))
    expect(await bringIn(to, file)).toMatchObject({
      copied: [],
      refused: [{ reason: expect.stringMatching(/SHA-256/) }],
    })
    expect(everything(to)).toEqual([])
  })

  it('with a matrix that is not the one its digest names is refused', async () => {
    const { to } = twoProjects()
    const { file, files } = await soundFiles()
    const digest = /ratings@([0-9a-f]{64})/.exec(Buffer.from(files[RUN] ?? []).toString())?.[1] ?? ''
    const text = Buffer.from(files[RUN] ?? [])
      .toString()
      .replaceAll(digest, 'f'.repeat(64))
    writeFileSync(file, zipSync({ ...files, [RUN]: strToU8(text) }))
    expect(await bringIn(to, file)).toMatchObject({
      copied: [],
      refused: [{ reason: expect.stringMatching(/"ratings" is not the one/) }],
    })
    expect([everything(to), to.matrices.list()]).toEqual([[], []])
  })

  it('says which sections of a later version it leaves out', async () => {
    const { to } = twoProjects()
    const { file, files } = await soundFiles()
    writeFileSync(file, zipSync({ ...files, [RUN]: edited(files, '"run":', '"smells":{},"run":') }))
    expect((await bringIn(to, file)).ignored).toEqual(['smells'])
  })
})

/** Opens a bundle and the run in it. */
async function openRun(file: string): Promise<void> {
  const bundle = await openBundle(file)
  try {
    await bundle.run(runId(1))
  } finally {
    await bundle.close()
  }
}

function without(files: Record<string, Uint8Array>, name: string): Zippable {
  return Object.fromEntries(Object.entries(files).filter(([other]) => other !== name))
}

const RUN = `runs/${runId(1)}.json`

function edited(files: Record<string, Uint8Array>, from: string, to: string, name = RUN): Uint8Array {
  const text = Buffer.from(files[name] ?? []).toString()
  expect(text).toContain(from)
  return strToU8(text.replace(from, to))
}

function nested(files: Record<string, Uint8Array>): Uint8Array {
  const deep = `${'['.repeat(20_000)}${Array.from({ length: 300 }, (_, i) => i).join()}${']'.repeat(20_000)}`
  return edited(files, '"meta":{', `"meta":{"deep":${deep},`)
}
