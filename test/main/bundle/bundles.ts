import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { analysisSpecSchema } from '#shared/analysis'
import type { ImportReport } from '#shared/contract/transfer'
import type { RunId } from '#shared/ids'
import { matrixReference } from '#shared/importedMatrix'
import type { MeasuredRecord } from '#shared/records'
import { openBundle } from '#main/bundle/readBundle'
import { bundlePieces } from '#main/bundle/writeBundle'
import { importRuns } from '#main/store/importRuns'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import type { CheckpointArray } from '#main/core/checkpoint'
import { matrixDigest } from '#main/core/matrixDigest'
import { fixedClock, newRun, runId, scalar, temporaryFolder, vector } from '../../helpers/projects'

export const clock = fixedClock()

/** An empty project that is closed by whoever asked for it. */
export function emptyProject(folder = temporaryFolder(), name = 'work.clps'): { path: string; project: Project } {
  const path = join(folder, name)
  return { path, project: openProject(path, { clock }) }
}

/** Ends a run that waits, with everything that a run can have. */
export function addRun(project: Project, number: number, records = sampleRecords(number), state = sampleState): void {
  const id = runId(number)
  const { spec } = newRun(number)
  const ratings = addMatrix(project)
  project.runs.enqueue(newRun(number, { spec: { ...spec, params: { ...spec.params, ratings } } }))
  project.runs.start(id, clock.now())
  project.runs.setProvenance(id, { version: '0.1.0', threads: 1 })
  project.records.append(id, records)
  project.log.add(id, { time: 5, level: 'warning', message: 'Quotes " and ünïcode' })
  for (const kept of [true, false]) {
    project.checkpoints.save(
      id,
      { checkpoint: { step: kept ? 4 : 9, arrays: state }, lastFiniteLoss: 0.25, trainedSeconds: 1.5 },
      kept,
    )
  }
  const checks = [
    { label: 'gap', measured: NaN, predicted: null, relation: 'atMost' as const, allowance: Infinity, holds: false },
  ]
  project.claims.save(id, 'tiny', { id: '01.C1', title: 't', source: 's', holds: false, checks }, 77)
  const error = { code: 'internal' as const, message: 'died', details: { code: 9 } }
  project.runs.end(id, { status: 'interrupted', step: 9, error, at: clock.now(), died: true })
  project.annotations.change([id], { star: true, color: 'sky', addTags: ['Paper', 'keep'], note: 'Look *again*.' })
  addAnalysis(project, number)
}

/** @returns the reference of a matrix with gaps */
function addMatrix(project: Project): string {
  const matrix = {
    rows: 2,
    cols: 3,
    values: Float64Array.of(1, NaN, -0, 4, 5, 6),
    observed: Float64Array.of(1, 0, 1, 1, 0, 1),
  }
  return matrixReference(project.matrices.add({ name: 'ratings', digest: matrixDigest(matrix), matrix, at: 7 }))
}

function addAnalysis(project: Project, number: number): void {
  const inputHash = createHash('sha256').update(`question ${number}`).digest('hex')
  const spec = analysisSpecSchema.parse({ operator: 'hessian', vectors: true })
  const { id } = project.analyses.create({
    runId: runId(number),
    step: 4,
    matrix: 'hessian',
    spec,
    inputHash,
    createdAt: 8,
  })
  project.analyses.saveResult(id, {
    meta: {
      matrix: 'Hessian of the loss',
      dimension: 4,
      includesRegularisation: true,
      method: 'lanczos',
      complete: false,
      dtype: 'float64',
      theoryCount: null,
      products: 12,
      maxResidual: 1e-9,
      orthogonalityDefect: 2e-16,
      chosen: { threshold: 0.5 },
      quadrature: {
        dimension: 2,
        nodes: [2],
        products: 2,
        trace: { value: 3, standardError: null },
        squares: { value: 5, standardError: null },
      },
      eigenvectors: { count: 2, parts: [{ name: 'W1', rows: 2, columns: 2 }], alignedWith: 'classes' },
    },
    levels: [{ value: Infinity, copies: 3, label: 'outlier', role: 'outlier' }],
    eigenvalues: Float64Array.of(number, NaN),
    bottom: new Float64Array(),
    residuals: Float64Array.of(-0, 5e-324),
    vectors: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0),
    quadrature: { nodes: Float64Array.of(-0, 2), weights: Float64Array.of(0.25, 0.75) },
    alignment: Float64Array.of(1, 0, 0, 0.5),
  })
  project.analyses.setStatus(id, 'done', { at: 9, error: null })
}

export function sampleRecords(number: number): MeasuredRecord[] {
  const spectrum = { ...vector('spectrum', 4, [number, -0, NaN, Infinity]), meta: { method: 'dense', at: [1, 2] } }
  return [
    ...[0, 1, 4].map((step) => scalar('loss', step, number / (1 + step), 2)),
    scalar('accuracy', 4, 0.5),
    spectrum,
    vector('none', 4, []),
    vector(
      'zeros',
      4,
      Array.from({ length: 5000 }, () => 0),
    ),
  ]
}

export const sampleState: readonly CheckpointArray[] = [
  { name: 'W1', shape: [2, 2], data: Float64Array.of(1, -0, 3, 4) },
  { name: 'velocity W1', shape: [3], data: Float32Array.of(1, 2, 3) },
  { name: 'again W1', shape: [4], data: Float64Array.of(1, -0, 3, 4) },
]

/** Writes the bundle of a run to a file. */
export async function bundleFile(project: Project, numbers: number | readonly number[], path: string): Promise<Buffer> {
  const runIds = [numbers].flat().map(runId)
  const { content } = project.transfer
  const pieces: Uint8Array[] = []
  for await (const piece of bundlePieces({ runIds, content, writtenBy: 'test' })) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  writeFileSync(path, bytes)
  return bytes
}

/** The report of an import that did nothing. */
export const nothing: ImportReport = {
  copied: [],
  completed: [],
  skipped: [],
  refused: [],
  comparisons: [],
  spoiltComparisons: [],
  ignored: [],
}

/** Brings the runs of a file in, as an import does. */
export async function importFile(project: Project, path: string, newId: () => RunId): Promise<ImportReport> {
  const bundle = await openBundle(path)
  try {
    return await importRuns(project, { runIds: bundle.runIds, content: bundle.run }, { newId })
  } finally {
    await bundle.close()
  }
}
