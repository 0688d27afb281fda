import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AnalysisDetail, AnalysisSpecInput, AnalysisStatus } from '#shared/analysis'
import type { RunId } from '#shared/ids'
import { folderResources } from '#main/jobs/folderResources'
import { forkWorker, type WorkerHandle } from '#main/jobs/workerHandle'
import { probes } from '#main/probes/registry'
import { createService, dispatch, type Service } from '#main/service'
import { systems } from '#main/systems/registry'
import { buildEntry } from '../../helpers/buildEntry'
import { alignmentLabels, outlierGroups } from '#shared/outliers'
import { expectClose } from '../../helpers/expectClose'
import { openProject } from '#main/store/openProject'
import { fixedClock, temporaryFolder } from '../../helpers/projects'

let entry = ''
beforeAll(async () => {
  const built = await buildEntry('productWorker')
  entry = built.path
  return built.remove
}, 60_000)

function opened(projectPath: string, { resumes = true } = {}): { service: Service; workers: WorkerHandle[] } {
  const workers: WorkerHandle[] = []
  const fork = forkWorker(entry, ['resources/data'])
  const service = createService({
    projectPath,
    startWorker() {
      const worker = fork()
      workers.push(worker)
      return worker
    },
    systems,
    probes,
    resources: folderResources('resources/data'),
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
    resumes,
  })
  onTestFinished(() => service.close())
  return { service, workers }
}

/** The deep linear UFM of theory note 01, C5, trained to its minimum. */
async function trained(service: Service): Promise<RunId> {
  const params = { K: 3, n: 5, width: 10, depth: 3, weightDecay: 5e-3, learningRate: 0.5, steps: 6000 }
  const spec = { system: 'deep-ufm', params, probes: ['loss'], checkpoints: { steps: [0, 100] } }
  const { runId } = await service.handlers['run.start']({ spec })
  const status = async () => (await service.handlers['run.get']({ runId })).status
  await vi.waitFor(async () => expect(await status()).toBe('completed'), { timeout: 20_000, interval: 50 })
  return runId
}

async function ended(service: Service, analysisId: number, status: AnalysisStatus = 'done'): Promise<AnalysisDetail> {
  const get = () => service.handlers['analysis.get']({ analysisId })
  await vi.waitFor(async () => expect((await get()).status).toBe(status), { timeout: 60_000, interval: 20 })
  return get()
}

const ask = (service: Service, runId: RunId, spec: AnalysisSpecInput, step: number | null = null) =>
  service.handlers['analysis.start']({ runId, step, spec })

/** Slow enough to be met on its way: some hundred products of an untrained network's Hessian over 1000 samples. */
async function slowRun(service: Service): Promise<RunId> {
  const params = { K: 10, n: 100, width: 48, depth: 3, steps: 1, batchSize: 0 }
  const { runId } = await service.handlers['run.start']({
    spec: { system: 'image-classifier', params, probes: ['loss'] },
  })
  const status = async () => (await service.handlers['run.get']({ runId })).status
  await vi.waitFor(async () => expect(await status()).toBe('completed'), { timeout: 20_000, interval: 50 })
  return runId
}
const slowSpec = { operator: 'dataHessian', top: 40, method: 'lanczos' } as const

async function underWay(service: Service, analysisId: number, products: number): Promise<void> {
  const progress = async () => (await service.handlers['analysis.get']({ analysisId })).progress
  await vi.waitFor(async () => expect((await progress())?.products ?? 0).toBeGreaterThan(products), { timeout: 20_000, interval: 20 }) // prettier-ignore
}

describe('analysis of a stored state', () => {
  it('finds the copies that theory predicts, by iteration and dense, and answers a question asked twice at once', async () => {
    const { service, workers } = opened(join(temporaryFolder(), 'work.clps'))
    const runId = await trained(service)
    const choices = await service.handlers['analysis.choices']({ runId })
    expect(choices.steps).toEqual([0, 100, 6000])
    expect(choices.operators.map(({ id }) => id)).toContain('gaussNewtonClass')

    const spec = { operator: 'hessian', parameters: ['W1', 'W2', 'W3'], method: 'lanczos', top: 12 } as const
    const first = await ask(service, runId, spec)
    expect(first.known).toBe(false)
    const { result, step, matrix } = await ended(service, first.analysisId)
    expect([step, matrix]).toEqual([6000, 'Hessian of the loss, weights only'])
    expect(result!.meta.copies!.slice(0, 2)).toMatchObject([
      { found: 3, predicted: 3 },
      { found: 6, predicted: 6 },
    ])
    expect(result!.meta.counts).toContainEqual(expect.objectContaining({ rule: 'theory', count: 9 }))
    expect(result!.residuals).toHaveLength(result!.eigenvalues.length)

    const processes = workers.length
    expect(await ask(service, runId, spec)).toEqual({ analysisId: first.analysisId, known: true })
    expect(workers).toHaveLength(processes)

    const dense = await ended(service, (await ask(service, runId, { ...spec, method: 'dense', top: null })).analysisId)
    // Residuals of 1e-8 ‖H‖: isolated values err by their squares, those in the bulk's cluster by the residual itself.
    expectClose(result!.eigenvalues.subarray(0, 9), dense.result!.eigenvalues.subarray(0, 9), { atol: 1e-12 })
    expectClose(result!.eigenvalues, dense.result!.eigenvalues.subarray(0, 12), { atol: 1e-8 })

    const early = await ended(service, (await ask(service, runId, spec, 100)).analysisId)
    expect(early.result!.levels).toBeNull()
    expect(early.result!.eigenvalues).not.toEqual(result!.eigenvalues)
    expect((await service.handlers['analyses.list']({ runId })).map(({ id }) => id)).toEqual([3, 2, 1])
  })

  it('keeps eigenvectors with their classes, gives them back, and follows outliers through the steps by them', async () => {
    const { service } = opened(join(temporaryFolder(), 'work.clps'))
    const runId = await trained(service)
    const spec = { operator: 'layerHessian', layer: 2, top: 12, vectors: true } as const
    const ids: number[] = []
    for (const step of [6000, 0, 100]) ids.push((await ask(service, runId, spec, step)).analysisId)
    const [last] = await Promise.all(ids.map((id) => ended(service, id)))
    const { meta, eigenvalues, alignment } = last!.result!
    expect(meta.eigenvectors).toEqual({ count: 9, parts: [{ name: 'W2', rows: 10, columns: 10 }], alignedWith: 'classPairs' }) // prettier-ignore
    const groups = outlierGroups(last!.result!, { rule: 'theory' })
    expect(groups.map(({ count, labels }) => [count, labels.length])).toEqual([[9, 9]])
    expect(alignmentLabels(alignment!)).toHaveLength(9)

    const { value, vector } = await service.handlers['analysis.vector']({ analysisId: last!.id, rank: 3 })
    expect(value).toBe(eigenvalues[3])
    expectClose(Math.hypot(...vector), 1, { atol: 1e-12 })
    await expect(service.handlers['analysis.vector']({ analysisId: last!.id, rank: 9 })).rejects.toThrow(
      /keeps 9 eigenvectors; there is no number 10/,
    )

    const history = await service.handlers['analyses.track']({ analysisIds: ids, choice: { rule: 'theory' } })
    expect(history.overlaps.map(({ step }) => step)).toEqual([100, 6000])
    const { steps, overlaps, angles } = history.drift!
    expect(steps).toEqual([0, 100, 6000])
    for (const [i, { overlap }] of history.overlaps.entries()) {
      // Overlap and angles of neighbouring steps say the same: the mean of cos².
      const cosines = angles[i]!.angles.map((angle) => Math.cos(angle) ** 2)
      expectClose([overlaps[3 * i + i + 1]!, cosines.reduce((sum, x) => sum + x, 0) / 9], [overlap, overlap], { rtol: 1e-10 }) // prettier-ignore
    }
    expect(history.tracks.filter(({ died }) => died === null)).toHaveLength(9)
    // Other outliers by another choice, from what is stored.
    const none = await service.handlers['analyses.track']({ analysisIds: ids, choice: { threshold: 1e9 } })
    expect(none.tracks).toEqual([])

    // Theory counts outliers at every step, also where only its formula for all eigenvalues names them.
    const whole = { operator: 'hessian', vectors: true } as const
    const counts: unknown[] = []
    for (const step of [0, 6000]) {
      const { result } = await ended(service, (await ask(service, runId, whole, step)).analysisId)
      counts.push(result!.meta.counts![0], result!.levels === null)
    }
    expect(counts).toMatchObject([{ rule: 'theory', count: 45 }, true, { rule: 'theory', count: 45 }, false])

    const without = await ended(service, (await ask(service, runId, { ...spec, vectors: false }, 100)).analysisId)
    expect(without.result!.alignment).toBeNull()
    const track = (...analysisIds: number[]) =>
      service.handlers['analyses.track']({ analysisIds, choice: { rule: 'theory' } })
    await expect(track(ids[0]!, without.id)).rejects.toThrow(/do not ask the same of one run/)
    const early = await ended(service, (await ask(service, runId, { ...spec, vectors: false }, 0)).analysisId)
    await expect(track(early.id, without.id)).rejects.toThrow(/keeps no eigenvectors/)
  })

  it('refuses what it cannot answer in words', async () => {
    const { service } = opened(join(temporaryFolder(), 'work.clps'))
    const runId = await trained(service)
    await expect(ask(service, runId, { operator: 'hessian' }, 7)).rejects.toThrow(
      /no stored state at step 7.*0, 100, 6000/,
    )
    const unknown = await ended(service, (await ask(service, runId, { operator: 'nothing' })).analysisId, 'failed')
    expect(unknown.error!.message).toMatch(/no operator "nothing".*Known operators: hessian/)
    const missing = await ended(service, (await ask(service, runId, { operator: 'layerHessian' })).analysisId, 'failed')
    expect(missing.error!.message).toMatch(/No layer was chosen.*1 to 3/)
    const reply = await dispatch(service.handlers, 'analysis.start', {
      runId,
      step: null,
      spec: { operator: 'hessian', top: 0 },
    })
    expect(reply).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  })

  it('is cancelled within a second, keeps what it found, and goes on to the bits of one never stopped', async () => {
    const { service } = opened(join(temporaryFolder(), 'work.clps'))
    const runId = await slowRun(service)
    const { analysisId } = await ask(service, runId, slowSpec)
    await underWay(service, analysisId, 5)
    const asked = performance.now()
    await service.handlers['analysis.cancel']({ analysisId })
    await ended(service, analysisId, 'cancelled')
    expect(performance.now() - asked).toBeLessThan(1000)
    // What it found may come behind the answer, where the process was in a long product.
    const products = async () => (await service.handlers['analysis.get']({ analysisId })).result?.meta.products ?? 0
    await vi.waitFor(async () => expect(await products()).toBeGreaterThan(5), { timeout: 20_000, interval: 20 })

    expect(await ask(service, runId, slowSpec)).toEqual({ analysisId, known: false })
    const resumed = await ended(service, analysisId)
    const other = opened(join(temporaryFolder(), 'other.clps'))
    const again = await ask(other.service, await slowRun(other.service), slowSpec)
    const whole = await ended(other.service, again.analysisId)
    expect(resumed.inputHash).toBe(whole.inputHash)
    expect(resumed.result).toEqual(whole.result)
  }, 120_000)

  it('keeps where a cancelled search is, also when the service ends right after', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const { service } = opened(projectPath)
    const { analysisId } = await ask(service, await slowRun(service), slowSpec)
    await underWay(service, analysisId, 5)
    await service.handlers['analysis.cancel']({ analysisId })
    await ended(service, analysisId, 'cancelled')
    await service.close()
    const project = openProject(projectPath, { clock: fixedClock() })
    onTestFinished(() => project.close())
    expect(project.analyses.search(analysisId)?.facts['phase']).toBe('pairs')
  }, 60_000)

  it('survives the death of its process and of the service', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const { service, workers } = opened(projectPath)
    const runId = await slowRun(service)
    const { analysisId } = await ask(service, runId, slowSpec)
    await underWay(service, analysisId, 5)
    workers.at(-1)!.kill()
    const lost = await ended(service, analysisId, 'interrupted')
    expect(lost.error!.message).toMatch(/SIGKILL.*Ask again/)
    await ask(service, runId, slowSpec)
    await service.close()
    const left = opened(projectPath, { resumes: false }).service
    expect(await left.handlers['analysis.get']({ analysisId })).toMatchObject({ status: 'interrupted', progress: null })
  }, 120_000)

  it('goes on by itself when the service starts again, with what waited behind it', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const { service } = opened(projectPath)
    const runId = await slowRun(service)
    const { analysisId: cut } = await ask(service, runId, slowSpec)
    const { analysisId: behind } = await ask(service, runId, { ...slowSpec, top: 2 })
    await underWay(service, cut, 5)
    await service.close()
    const { service: next, workers } = opened(projectPath)
    const both = await Promise.all([cut, behind].map((id) => ended(next, id)))
    expect(both.map(({ result }) => result!.eigenvalues.length >= 2)).toEqual([true, true])
    expect(workers).toHaveLength(2)
  }, 120_000)
})

describe('analysis of a matrix from a file', () => {
  it('has the eigenvalues of the matrix', async () => {
    const { service } = opened(join(temporaryFolder(), 'work.clps'))
    const bytes = npy(3, [2, 1, 0, 1, 2, 0, 0, 0, 7])
    const start = async (name: string, whole: Uint8Array) => {
      const { upload: file } = await service.handlers['upload.begin']({
        name,
        bytes: whole.length,
        purpose: 'operator',
      })
      await service.handlers['upload.append']({ upload: file, part: whole })
      return service.handlers['analysis.startMatrix']({ file, spec: {} })
    }
    const { analysisId } = await start('given.npy', bytes)
    const { result, runId, matrix } = await ended(service, analysisId)
    expect([runId, matrix]).toEqual([null, 'given.npy'])
    expectClose(result!.eigenvalues, [7, 3, 1], { atol: 1e-14 })
    const skewed = npy(2, [1, 2, 3, 4])
    const refused = await start('skew.npy', skewed)
    expect((await ended(service, refused.analysisId, 'failed')).error!.message).toMatch(/not symmetric/)
    expect(await service.handlers['analyses.list']({ runId: null })).toHaveLength(2)
  })
})

/** Version 1.0, little-endian float64. */
function npy(n: number, values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${n}, ${n}), }`.padEnd(117) + '\n'
  const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1')
  return new Uint8Array(Buffer.concat([head, Buffer.from(Float64Array.from(values).buffer)]))
}
