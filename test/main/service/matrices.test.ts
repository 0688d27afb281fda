import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UPLOAD_PART_BYTES } from '#shared/contract/uploads'
import { MATRIX_LIMITS, matrixReference } from '#shared/importedMatrix'
import type { RunId } from '#shared/ids'
import { dispatch, type Service } from '#main/service'
import { expectClose } from '../../helpers/expectClose'
import { npy } from '../../helpers/npy'
import { temporaryFolder } from '../../helpers/projects'
import { realService } from '../../helpers/realService'

const resources = { read: () => new Uint8Array() }

async function upload({ handlers }: Service, name: string, bytes: Uint8Array): Promise<string> {
  const { upload: id } = await handlers['upload.begin']({ name, bytes: bytes.length, purpose: 'matrix' })
  for (let at = 0; at < bytes.length; at += UPLOAD_PART_BYTES) {
    await handlers['upload.append']({ upload: id, part: bytes.subarray(at, at + UPLOAD_PART_BYTES) })
  }
  return id
}

async function importText(service: Service, name: string, text: string, mask: string | null = null) {
  const encode = (words: string) => new TextEncoder().encode(words)
  return service.handlers['matrices.import']({
    name,
    file: await upload(service, `${name}.csv`, encode(text)),
    mask: mask === null ? null : await upload(service, `${name} mask.csv`, encode(mask)),
  })
}

/** A rank-1 matrix with two gaps, and one known entry that training does not see. */
const RATINGS = '1,2,3,4\n2,,6,8\n3,6,9,12\n4,8,12,\n'
const MASK = '1,1,1,1\n1,0,1,1\n1,1,0,1\n1,1,1,0\n'

function ended(service: Service, runId: RunId): Promise<void> {
  return new Promise((resolve) => {
    const stop = service.on('run.changed', async (changed) => {
      if (changed.runId !== runId) return
      const { status } = await service.handlers['run.get']({ runId })
      if (status === 'pending' || status === 'running') return
      stop()
      resolve()
    })
  })
}

async function train(service: Service, params: Record<string, number | string>, system = 'matrix-completion') {
  const { runId } = await service.handlers['run.start']({ spec: { system, params } })
  await ended(service, runId)
  return service.handlers['run.get']({ runId })
}

describe('importing a matrix', () => {
  it('keeps it under its name and digest, once for the same content', async () => {
    const service = realService({ resources })
    const info = await importText(service, 'ratings', RATINGS, MASK)
    expect(info).toMatchObject({ name: 'ratings', rows: 4, cols: 4, known: 14, observed: 13 })
    const again = await importText(service, 'another name', RATINGS, MASK)
    expect(again).toEqual(info)
    expect(await service.handlers['matrices.list'](null)).toEqual([info])
    await expect(importText(service, 'ratings', RATINGS)).rejects.toThrow(/Another matrix is called "ratings"/)
    await expect(importText(service, '../x', RATINGS)).rejects.toThrow(/name "\.\.\/x" cannot be used/)
  })

  it('takes files in parts, of announced sizes, and forgets what was given up', async () => {
    const { handlers } = realService({ resources })
    const begin = (bytes: number) => handlers['upload.begin']({ name: 'big.npy', bytes, purpose: 'matrix' })
    await expect(begin(MATRIX_LIMITS.fileBytes + 1)).rejects.toThrow(/big\.npy has 67108865 bytes/)
    const { upload: short } = await begin(10)
    expect(await handlers['upload.append']({ upload: short, part: new Uint8Array(4) })).toEqual({ received: 4 })
    await expect(handlers['matrices.import']({ name: 'x', file: short, mask: null })).rejects.toThrow(/4 of 10 bytes/)
    const { upload: long } = await begin(2)
    await expect(handlers['upload.append']({ upload: long, part: new Uint8Array(4) })).rejects.toThrow(/more bytes/)
    const { upload: oldest } = await begin(1)
    for (let i = 0; i < 4; i++) await begin(1)
    await expect(handlers['upload.append']({ upload: oldest, part: new Uint8Array(1) })).rejects.toThrow(/given up/)
  })

  it('refuses parts that are no bytes or too large at the border', async () => {
    const { handlers } = realService({ resources })
    for (const part of ['text', [1, 2], new Uint8Array(UPLOAD_PART_BYTES + 1)]) {
      const reply = await dispatch(handlers, 'upload.append', { upload: 'u-0123456789abcdef', part })
      expect(reply).toMatchObject({ ok: false, error: { code: 'bad-input' } })
    }
  })

  it('reads a file of several parts', async () => {
    const service = realService({ resources })
    const side = 300
    const bytes = npy({ shape: `(${side}, ${side})`, values: Array.from({ length: side * side }, (_, i) => i) })
    expect(bytes.length).toBeGreaterThan(UPLOAD_PART_BYTES)
    const file = await upload(service, 'large.npy', bytes)
    const info = await service.handlers['matrices.import']({ name: 'large', file, mask: null })
    expect(info).toMatchObject({ rows: side, known: side * side })
  })
})

describe('a run on an imported matrix', () => {
  const settings = { factorisation: 'full', depth: 2, initScale: 0.5, learningRate: 0.01, steps: 400, observed: 1 }

  it('is stored by reference, learns what is seen, and recovers what is held out', async () => {
    const service = realService({ resources })
    const info = await importText(service, 'ratings', RATINGS, MASK)
    const run = await train(service, { ...settings, matrix: 'ratings' })
    expect(run.error).toBeNull()
    expect(run.status).toBe('completed')
    expect(run.params['matrix']).toBe(matrixReference(info))
    const { values } = await service.handlers['run.series']({ runId: run.id, quantity: 'recoveryError', layer: null })
    // The only unseen known entry is 9 of a matrix of norm 27: from nothing to a tenth.
    expect(values[0]).toBeGreaterThan(0.9)
    expect(values.at(-1)).toBeLessThan(0.1)
  }, 30_000)

  it('is repeated with the same numbers after the project was opened again', async () => {
    const path = join(temporaryFolder(), 'project.clps')
    const first = realService({ projectPath: path, resources })
    await importText(first, 'ratings', RATINGS, MASK)
    const run = await train(first, { ...settings, matrix: 'ratings' })
    await first.close()
    const second = realService({ projectPath: path, resources })
    const { runId } = await second.handlers['run.repeat']({ runId: run.id })
    await ended(second, runId)
    const read = (id: RunId) => second.handlers['run.series']({ runId: id, quantity: 'dataLoss', layer: null })
    expect(await read(runId)).toEqual(await read(run.id))
  }, 30_000)

  it('is refused at its field when the matrix is not there or does not fit', async () => {
    const service = realService({ resources })
    await importText(service, 'ratings', RATINGS)
    await importText(service, 'wide', '1,2,3\n4,5,7\n')
    const issuesOf = async (system: string, params: Record<string, number | string>) => {
      const { issues } = await service.handlers['spec.preview']({ spec: { system, params } })
      return issues
    }
    const [missing] = await issuesOf('matrix-completion', { matrix: 'rating' })
    expect(missing).toMatchObject({ path: 'params.matrix' })
    expect(missing!.message).toMatch(/"rating" is not in this project\. It has "ratings", "wide"\. Import/)
    const [gaps] = await issuesOf('linear-network', { target: 'ratings' })
    expect(gaps!.message).toMatch(/2 entries that are not observed.*matrix-completion/)
    const [shape] = await issuesOf('matrix-completion', { matrix: 'wide', factorisation: 'compressed', rankEstimate: 1 }) // prettier-ignore
    expect(shape!.message).toMatch(/square matrices.*2 × 3/)
    expect(await issuesOf('linear-network', { target: 'wide' })).toEqual([])
  })

  it('is learned by a linear network with its own singular values and block', async () => {
    const service = realService({ resources })
    const text = '2,0,0,0,0,0\n0,1,0,0,0,0\n'
    await importText(service, 'target', text)
    const run = await train(service, { target: 'target' }, 'linear-network')
    expect(run.status).toBe('completed')
    const last = await service.handlers['run.array']({
      runId: run.id,
      quantity: 'singularValues',
      layer: 1,
      step: 1500,
    })
    // The last layer has fewer rows, so the balance is off by ε² = 0.01 and the value by about half of that.
    expectClose(last!.data[0]!, 2 ** (1 / 3), { atol: 0.005 })
    const predicted = run.predictions.find(({ quantity, layer }) => quantity === 'singularValues' && layer === 1)
    // 6 inputs, rank 2, 2 outputs: two directions are left.
    expect(predicted!.levels.map(({ copies }) => copies)).toEqual([1, 1, 2])
    const moved = await service.handlers['run.series']({ runId: run.id, quantity: 'movedRank', layer: 1 })
    expect(moved.values.at(-1)).toBe(4)
    // Its last state can be analysed: the worker gets the matrix for it too.
    expect((await service.handlers['analysis.choices']({ runId: run.id })).steps).toEqual([1500])
    const spec = { operator: 'weightGram', layer: 1 } as const
    const { analysisId } = await service.handlers['analysis.start']({ runId: run.id, step: null, spec })
    const analysis = () => service.handlers['analysis.get']({ analysisId })
    await expect.poll(async () => (await analysis()).status).toBe('done')
    expectClose((await analysis()).result!.eigenvalues[0]!, last!.data[0]! ** 2, { rtol: 1e-10 })
  }, 30_000)
})
