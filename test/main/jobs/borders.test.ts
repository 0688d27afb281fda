import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderResources } from '#main/jobs/folderResources'
import { fromWorkerSchema } from '#main/jobs/protocol'
import { withoutPaths } from '#main/jobs/withoutPaths'
import { failureOf, scalar, temporaryFolder } from '../../helpers/projects'

describe('folderResources', () => {
  it('reads files of its folder and no others', () => {
    const folder = join(temporaryFolder(), 'resources')
    mkdirSync(join(folder, 'digits'), { recursive: true })
    writeFileSync(join(folder, 'digits', 'a.csv'), '1,2')
    writeFileSync(join(folder, '..', 'secret'), 'x')
    const resources = folderResources(folder)
    expect(Buffer.from(resources.read('digits/a.csv')).toString()).toBe('1,2')
    for (const name of ['../secret', 'digits/../../secret', join(folder, '..', 'secret')]) {
      expect(failureOf(() => resources.read(name))).toMatchObject({ code: 'bad-input' })
    }
    expect(failureOf(() => resources.read('b.csv'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/"b.csv" is missing/),
    })
  })
})

describe('withoutPaths', () => {
  it.each([
    ['The file /home/a/data.csv is missing.', 'The file data.csv is missing.'],
    ['"C:\\Users\\a\\data.csv": no such file', '"data.csv": no such file'],
    ['σ/(n/K) and 1/N/K stay, and so do a/b/c and 0.5/2/3', 'σ/(n/K) and 1/N/K stay, and so do a/b/c and 0.5/2/3'],
    ["open '/home/a b/My Plan/data.csv'", "open 'data.csv'"],
    ['at run (file:///home/a/out/main.js:1:2)', 'at run (main.js:1:2)'],
    ['at file:///C:/Users/a/main.js:1:2', 'at main.js:1:2'],
    ['see https://example.org/a/b', 'see https://example.org/a/b'],
  ])('%s', (given, expected) => {
    const details = { text: given, list: [given, 1], number: 2 }
    expect(withoutPaths({ code: 'internal', message: given, details })).toEqual({
      code: 'internal',
      message: expected,
      details: { text: expected, list: [expected, 1], number: 2 },
    })
  })
})

describe('messages of a worker', () => {
  const batch = (record: object) => [{ run: 0, type: 'batch', records: [record], log: [], progress: null }]
  const sound = { ...scalar('loss', 1, NaN), meta: { method: 'dense' } }

  it('may bring states in either precision, whose arrays fill their shapes', () => {
    const state = (data: unknown, lastFiniteLoss = 1) => {
      const arrays = [{ name: 'W1', shape: [2, 2], data }]
      const point = { checkpoint: { step: 3, arrays }, lastFiniteLoss, trainedSeconds: 0 }
      return fromWorkerSchema.safeParse([{ run: 0, type: 'checkpoint', point, kept: true }])
    }
    expect(state(new Float64Array(4)).success).toBe(true)
    expect(state(new Float32Array(4)).success).toBe(true)
    expect(state(new Float64Array(4), NaN).success).toBe(false)
    expect(state([1, 2, 3, 4]).success).toBe(false)
    expect(state(new Float64Array(3)).error?.message).toMatch(/shape does not fit/)
  })

  it('are accepted with every number a computation can give', () => {
    expect(fromWorkerSchema.safeParse(batch(sound)).success).toBe(true)
    const outcome = { status: 'diverged', step: 3, lastFiniteLoss: NaN }
    expect(fromWorkerSchema.safeParse([{ run: 0, type: 'ended', outcome }]).success).toBe(true)
  })

  it.each([
    ['a shape that does not fit', { shape: [2] }],
    ['plain arrays', { data: [1] }],
    ['a step before the start', { step: -1 }],
    ['a layer that is none', { layer: 1.5 }],
    ['no name', { quantity: '' }],
    ['notes that are no JSON', { meta: { f: () => 1 } }],
  ])('are refused with %s', (_what, part) => {
    expect(fromWorkerSchema.safeParse(batch({ ...sound, ...part })).success).toBe(false)
  })
})
