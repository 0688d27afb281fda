import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { strToU8, unzipSync, zipSync, type Zippable } from 'fflate'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { MeasuredRecord } from '#shared/records'
import { openBundle } from '#main/bundle/readBundle'
import { bytesOfFloats } from '#main/store/floatBlob'
import { arrayRefs } from '#main/store/runContent'
import type { Project } from '#main/store/project'
import { newRun, runId, scalar, temporaryFolder } from '../../helpers/projects'
import { addRun, bundleFile, emptyProject, sampleRecords } from './bundles'

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

async function bringIn(to: Project, file: string) {
  const bundle = await openBundle(file)
  try {
    return to.transfer.add(bundle, newId)
  } finally {
    bundle.close()
  }
}

/** Every bit of every array, in the order of the document. */
function bitsOf(project: Project, number: number): readonly Buffer[] {
  const { document, read } = project.transfer.content(runId(number))
  return arrayRefs(document).map((ref) => Buffer.from(bytesOfFloats(read(ref))))
}

describe('a run bundle', () => {
  it('leaves whole and comes back bit for bit', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    bundleFile(from, 1, file)
    expect(await bringIn(to, file)).toEqual({ runId: runId(1), outcome: 'added' })
    expect(to.runs.get(runId(1))).toEqual(from.runs.get(runId(1)))
    expect(to.transfer.content(runId(1)).document).toEqual(from.transfer.content(runId(1)).document)
    expect(bitsOf(to, 1)).toEqual(bitsOf(from, 1))
    expect(to.checkpoints.latest(runId(1))).toEqual(from.checkpoints.latest(runId(1)))
    expect(to.records.lastValues(runId(1))).toEqual(from.records.lastValues(runId(1)))
    expect(to.queue.count()).toBe(0)
    expect((await to.health.verify()).damaged).toEqual([])
  })

  it('keeps the bits of every number there is', async () => {
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
        bundleFile(from, 1, file)
        await bringIn(to, file)
        const [sent, arrived] = [bitsOf(from, 1), bitsOf(to, 1)]
        from.close()
        to.close()
        expect(arrived).toEqual(sent)
        const stored = vectors.map((values) => Buffer.from(BigUint64Array.from(values).buffer))
        expect(sent.slice(0, stored.length)).toEqual(stored)
      }),
      { numRuns: 25 },
    )
  })

  it('is the same bytes for the same run', () => {
    const { from, file } = twoProjects()
    addRun(from, 1)
    expect(bundleFile(from, 1, file)).toEqual(bundleFile(from, 1, file))
  })

  it('can be read by NumPy and unzip', () => {
    const { from, file } = twoProjects()
    addRun(from, 1)
    const files = unzipSync(bundleFile(from, 1, file))
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
    bundleFile(from, 1, file)
    addRun(to, 1, [scalar('loss', 0, 9)])
    expect(await bringIn(to, file)).toEqual({ runId: runId(99), outcome: 'renamed' })
    expect(await bringIn(to, file)).toEqual({ runId: runId(99), outcome: 'skipped' })
    expect(to.records.series(runId(1), 'loss', null).values).toEqual(Float64Array.of(9))
    expect(to.runs.list()).toHaveLength(2)
  })

  it('is not made of a run that has not ended, nor of one with a damaged array', () => {
    const { from, file } = twoProjects()
    from.runs.enqueue(newRun(1))
    expect(() => bundleFile(from, 1, file)).toThrow(/pending.*let it end/)
  })

  it('is brought in as a whole or not at all', async () => {
    const { from, to, file } = twoProjects()
    addRun(from, 1)
    bundleFile(from, 1, file)
    const bundle = await openBundle(file)
    onTestFinished(() => bundle.close())
    let left = 3
    const failing = { ...bundle, read: (ref: Parameters<typeof bundle.read>[0]) => {
      if (left-- === 0) throw new Error('the disk went away')
      return bundle.read(ref)
    } } // prettier-ignore
    expect(() => to.transfer.add(failing, newId)).toThrow(/went away/)
    expect(to.runs.list()).toEqual([])
    expect(to.log.of(runId(1))).toEqual([])
  })
})

/** The files of a sound bundle, to be spoilt. */
function soundFiles(): { file: string; files: Record<string, Uint8Array>; array: string } {
  const { from, file } = twoProjects()
  addRun(from, 1, sampleRecords(1))
  const files = unzipSync(bundleFile(from, 1, file))
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
      ['no manifest', (files) => without(files, 'manifest.json'), /no manifest\.json/],
      ['a bomb', (files, array) => ({ ...files, [array]: new Uint8Array(50_000_000) }), /expands from/],
      ['a manifest that is no JSON', (files) => ({ ...files, 'manifest.json': strToU8('{') }), /not JSON/],
      ['a manifest without end', (files) => ({ ...files, 'manifest.json': nested(files) }), /nested|manifest/],
      ['a newer format', (files) => ({ ...files, 'manifest.json': edited(files, '"version":1', '"version":2') }), /version/],
      ['a false shape', (files) => ({ ...files, 'manifest.json': edited(files, '"shape":[4]', '"shape":[4000000000]') }), /missing/],
      ['a false status', (files) => ({ ...files, 'manifest.json': edited(files, '"interrupted"', '"running"') }), /run\.status/],
      ['a series twice', (files) => ({ ...files, 'manifest.json': edited(files, '"accuracy","layer":null', '"loss","layer":2') }), /twice/],
    ] // prettier-ignore

  it.each(refusals)('with %s is refused', async (_, spoil, message) => {
    const { file, files, array } = soundFiles()
    writeFileSync(file, zipSync(spoil(files, array)))
    await expect(openBundle(file)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(message) })
  })

  it('with a name twice, or encrypted, is refused', async () => {
    const { file } = soundFiles()
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
    await expect(openBundle(file)).rejects.toThrow(/twice|missing|not named/)
  })

  it('with other numbers than its manifest says brings nothing in', async () => {
    const { to } = twoProjects()
    const { file, files, array } = soundFiles()
    const changed = Uint8Array.from(files[array] ?? [])
    changed[changed.length - 1]! ^= 1
    writeFileSync(file, zipSync({ ...files, [array]: changed }))
    const bundle = await openBundle(file)
    onTestFinished(() => bundle.close())
    expect(() => to.transfer.add(bundle, newId)).toThrow(/SHA-256/)
    expect(to.runs.list()).toEqual([])
  })

  it('says which sections of a later version it leaves out', async () => {
    const { file, files } = soundFiles()
    writeFileSync(file, zipSync({ ...files, 'manifest.json': edited(files, '"run":', '"marks":{},"run":') }))
    const bundle = await openBundle(file)
    onTestFinished(() => bundle.close())
    expect(bundle.ignored).toEqual(['marks'])
  })
})

function without(files: Record<string, Uint8Array>, name: string): Zippable {
  return Object.fromEntries(Object.entries(files).filter(([other]) => other !== name))
}

function edited(files: Record<string, Uint8Array>, from: string, to: string): Uint8Array {
  const text = Buffer.from(files['manifest.json'] ?? []).toString()
  expect(text).toContain(from)
  return strToU8(text.replace(from, to))
}

function nested(files: Record<string, Uint8Array>): Uint8Array {
  const deep = `${'['.repeat(20_000)}${Array.from({ length: 300 }, (_, i) => i).join()}${']'.repeat(20_000)}`
  return edited(files, '"meta":{', `"meta":{"deep":${deep},`)
}
