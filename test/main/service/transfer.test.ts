import { copyFileSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { DOWNLOAD_PART_BYTES, type TransferState } from '#shared/contract/transfer'
import { UPLOAD_LIMITS, UPLOAD_PART_BYTES } from '#shared/contract/uploads'
import { LabError } from '#shared/errors'
import { createService, dispatch, type Service } from '#main/service'
import { addRun, emptyProject, nothing } from '../bundle/bundles'
import { newRun, runId, temporaryFolder, vector } from '../../helpers/projects'
import { tinyProbes, tinySystems } from '../../helpers/tinySystem'

function start(projectPath = join(temporaryFolder(), 'project.clps'), readOnly = false): Service {
  const service = createService({
    projectPath,
    readOnly,
    startWorker: () => {
      throw new LabError('unavailable', 'Nothing trains here.')
    },
    systems: tinySystems,
    probes: tinyProbes,
    resources: { read: () => new Uint8Array() },
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
  })
  onTestFinished(() => service.close())
  return service
}

/** A service on a project with some ended runs. */
function withRuns(numbers: readonly number[]): { service: Service; path: string } {
  const { project, path } = emptyProject()
  for (const number of numbers) addRun(project, number)
  project.close()
  return { service: start(path), path }
}

async function over({ handlers }: Service): Promise<TransferState> {
  const found = await vi.waitFor(async () => {
    const state = await handlers['transfer.state'](null)
    if (!state || state.progress) throw new Error('it goes on')
    return state
  }, 20_000)
  return found
}

async function upload({ handlers }: Service, name: string, bytes: Uint8Array): Promise<string> {
  const { upload: id } = await handlers['upload.begin']({ name, bytes: bytes.length, purpose: 'runs' })
  for (let at = 0; at < bytes.length; at += UPLOAD_PART_BYTES) {
    await handlers['upload.append']({ upload: id, part: bytes.subarray(at, at + UPLOAD_PART_BYTES) })
  }
  return id
}

async function download(service: Service, total: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let offset = 0; offset < total; offset += DOWNLOAD_PART_BYTES) {
    parts.push((await service.handlers['transfer.download']({ offset })).bytes)
  }
  return Buffer.concat(parts)
}

async function exported(service: Service, numbers: readonly number[]): Promise<Buffer> {
  await service.handlers['transfer.export']({ runIds: numbers.map(runId) })
  const { bytes } = await over(service)
  return download(service, bytes ?? 0)
}

async function imported(service: Service, name: string, bytes: Uint8Array): Promise<TransferState> {
  await service.handlers['transfer.import']({ upload: await upload(service, name, bytes) })
  return over(service)
}

describe('runs that leave and come in by calls', () => {
  it('go by a bundle from one project to another, and are here already the second time', async () => {
    const { service: from } = withRuns([1, 2, 3])
    const bytes = await exported(from, [1, 3])
    expect(Object.keys(unzipSync(bytes))).toContain(`runs/${runId(3)}.json`)
    const to = start()
    const changed: unknown[] = []
    to.on('run.changed', (event) => changed.push(event))
    const copied = [1, 3].map(runId).map((id) => ({ from: id, to: id }))
    expect(await imported(to, 'two.zip', bytes)).toEqual({
      kind: 'import',
      name: 'two.zip',
      progress: null,
      report: { ...nothing, copied },
      bytes: null,
      cancelled: false,
      error: null,
    })
    await vi.waitFor(() => expect(changed).toHaveLength(2))
    expect((await imported(to, 'two.zip', bytes)).report).toEqual({ ...nothing, skipped: [1, 3].map(runId) })
    expect(await exported(to, [1, 3])).toEqual(bytes)
  })

  it('come from another project, and what cannot come is said with its reason', async () => {
    const { project, path } = emptyProject()
    for (const number of [1, 2]) addRun(project, number)
    project.runs.enqueue(newRun(3))
    project.close()
    const { report } = await imported(start(), 'theirs.clps', await readFile(path))
    expect(report).toMatchObject({
      copied: [{ to: runId(1) }, { to: runId(2) }],
      refused: [{ from: runId(3), reason: expect.stringMatching(/pending/) }],
    })
  })

  it('are refused where the file is something else, or damaged, without a word about where it lies', async () => {
    const service = start()
    const { error } = await imported(service, '../../etc/notes.txt', new TextEncoder().encode('some notes'))
    expect(error).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/neither a run bundle/) })
    const spoilt = Buffer.from(await exported(withRuns([1]).service, [1]))
    const cut = await imported(service, 'cut.zip', spoilt.subarray(0, spoilt.length / 2))
    expect(cut.error).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/no sound zip file/) })
    const { path } = withRuns([1])
    const notOurs = (await readFile(path)).fill(0xff, 4096)
    const damaged = await imported(service, 'bad.clps', notOurs)
    expect(damaged.error?.message).toMatch(/"bad\.clps"/)
    for (const state of [cut, damaged]) expect(JSON.stringify(state)).not.toContain(tmpdir())
  })

  it('leave no file behind on the way', async () => {
    vi.stubEnv('TMPDIR', temporaryFolder())
    onTestFinished(() => void vi.unstubAllEnvs())
    const { service } = withRuns([1])
    const bytes = await exported(service, [1])
    await imported(service, 'same.zip', bytes)
    const { upload: half } = await service.handlers['upload.begin']({ name: 'half', bytes: 9, purpose: 'runs' })
    await service.handlers['upload.append']({ upload: half, part: new Uint8Array(4) })
    await service.close()
    expect(readdirSync(tmpdir()).filter((name) => /upload|export|merge/.test(name))).toEqual([])
  })

  it('wait for one another, and let everything else go on', { timeout: 60_000 }, async () => {
    const { project, path } = emptyProject()
    const noise = Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i))
    for (let number = 1; number <= 60; number++) addRun(project, number, [vector('spectrum', 4, noise)])
    project.close()
    const service = start()
    const id = await upload(service, 'many.clps', await readFile(path))
    const other = await upload(service, 'other.zip', new Uint8Array(10))
    await service.handlers['transfer.import']({ upload: id })
    await expect(service.handlers['transfer.import']({ upload: other })).rejects.toThrow(
      /"many\.clps" is being imported/,
    )
    let seen: TransferState | null = null
    let answers = 0
    while (seen?.progress !== null) {
      seen = await service.handlers['transfer.state'](null)
      if (seen?.progress) answers++
      await new Promise((resolve) => setImmediate(resolve))
    }
    // Were it done in one piece, no question would be answered in between.
    expect(answers).toBeGreaterThan(10)
    expect(seen.report?.copied).toHaveLength(60)
  })

  it('keep what is whole when they are stopped', async () => {
    const { path } = withRuns(Array.from({ length: 40 }, (_, i) => i + 1))
    const copy = join(temporaryFolder(), 'copy.clps')
    copyFileSync(path, copy)
    const service = start()
    await service.handlers['transfer.import']({ upload: await upload(service, 'many.clps', await readFile(copy)) })
    await vi.waitFor(async () => {
      const state = await service.handlers['transfer.state'](null)
      expect(state?.report?.copied.length).toBeGreaterThan(0)
    })
    const second = await upload(service, 'second.clps', await readFile(copy))
    await service.handlers['transfer.cancel'](null)
    const state = await over(service)
    const here = await service.handlers['runs.ids']({
      filter: '',
      binned: false,
      group: null,
      sort: [],
      offset: 0,
      limit: 100,
    })
    expect(here.length).toBe(state.report?.copied.length)
    await service.handlers['transfer.import']({ upload: second })
    expect((await over(service)).report).toMatchObject({ skipped: { length: here.length }, refused: [] })
  })

  it('need a project that can be written, a limit and the right purpose', async () => {
    const { service: first, path } = withRuns([1])
    await first.close()
    const service = start(path, true)
    const bytes = await exported(service, [1])
    const begin = (size: number) => service.handlers['upload.begin']({ name: 'big.clps', bytes: size, purpose: 'runs' })
    await expect(begin(UPLOAD_LIMITS.runs + 1)).rejects.toThrow(/at most 17179869184 are read/)
    const given = { upload: await upload(service, 'one.zip', bytes) }
    await expect(service.handlers['transfer.import'](given)).rejects.toThrow(/reading only/)
    const asMatrix = { name: 'x', file: given.upload, mask: null }
    await expect(service.handlers['matrices.import'](asMatrix)).rejects.toThrow(/it came as runs, not as matrix/)
    const reply = await dispatch(service.handlers, 'transfer.export', { runIds: [] })
    expect(reply).toMatchObject({ ok: false, error: { code: 'bad-input' } })
    await expect(service.handlers['transfer.export']({ runIds: [runId(7)] })).rejects.toThrow(/no run/)
  })
})
