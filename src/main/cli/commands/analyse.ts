import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnalysisDetail, AnalysisSpecInput, OutlierHistory } from '#shared/analysis'
import type { AnalysisStarted } from '#shared/contract/analysis'
import { LabError } from '#shared/errors'
import { analysisTable } from '#charts/analysisFigure'
import { toCsv } from '#charts/toCsv'
import { writeNpy } from '../../bundle/npy'
import type { OpenedService } from '../../host/openService'
import { analysisReport, historyReport } from '../analysisReport'
import { defineCommand, jsonOption, projectOption, type CommandContext } from '../command'
import { findRun } from '../findRun'
import { wholeNumber } from '../numberOption'
import { ProgressBar } from '../progressBar'
import { readWhole, upload } from '../uploadFile'
import { withService } from '../withService'

const REFRESH_MS = 200
const METHODS = ['auto', 'dense', 'lanczos'] as const

export const analyse = defineCommand({
  name: 'analyse',
  summary: 'eigenvalues of a stored state of a run, or of a matrix in an NPY file',
  positionals: [{ name: 'RUN', help: 'id of a run, or its beginning; none with --matrix', optional: true }],
  options: {
    operator: {
      type: 'string',
      placeholder: 'ID',
      help: 'which matrix: hessian, layerHessian, gaussNewton, weightGram …',
    },
    step: {
      type: 'string',
      placeholder: 'N,M|all',
      help: 'steps whose states are stored (default: the last); several: outliers are followed through them',
    },
    layer: { type: 'string', placeholder: 'L', help: 'for operators of a layer, counted from 1' },
    'other-layer': { type: 'string', placeholder: 'L', help: 'the second layer, for operators of two' },
    parameters: { type: 'string', placeholder: 'A,B', help: 'for operators over parameters (default: all)' },
    method: { type: 'string', placeholder: 'NAME', help: 'auto (default), dense or lanczos' },
    k: { type: 'string', placeholder: 'N', help: 'how many of the largest, where not all are computed' },
    bottom: { type: 'string', placeholder: 'N', help: 'how many of the smallest, by lanczos (default: 0)' },
    labels: { type: 'boolean', help: 'keep eigenvectors in the project, and name the classes that outliers belong to' },
    vectors: { type: 'string', placeholder: 'FILE.npy', help: 'keep and write eigenvectors, one a row, float64' },
    matrix: { type: 'string', placeholder: 'FILE.npy', help: 'a symmetric matrix instead of a run' },
    csv: { type: 'string', placeholder: 'FILE.csv', help: 'write the eigenvalues with their residuals' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [given]) {
    if ((given === undefined) === (options.matrix === undefined)) {
      throw new LabError('bad-input', 'analyse: give a RUN with --operator, or --matrix FILE.npy.')
    }
    const number = (name: 'layer' | 'other-layer' | 'k' | 'bottom', min: number, max: number) => {
      const text = options[name]
      return text === undefined ? null : wholeNumber(name, text, min, max)
    }
    const method = METHODS.find((known) => known === (options.method ?? 'auto'))
    if (!method) throw new LabError('bad-input', `--method: got "${options.method}", expected ${METHODS.join(', ')}.`)
    const spec = {
      parameters: options.parameters?.split(',') ?? null,
      layer: number('layer', 1, 10_000),
      otherLayer: number('other-layer', 1, 10_000),
      method,
      top: number('k', 1, 1000),
      bottom: number('bottom', 0, 1000) ?? 0,
      vectors: options.vectors !== undefined || (options.labels ?? false),
    }
    const file = options.matrix
    const bytes = file === undefined ? null : await readWhole(file, 'operator')
    const ask = { operator: options.operator, step: options.step }
    return withService(context, { project: options.project, slots: 1, resumes: false }, async (service) => {
      const started =
        file !== undefined && bytes
          ? [
              await service.handlers['analysis.startMatrix']({
                file: await upload(service, file, bytes, 'operator'),
                spec,
              }),
            ]
          : await startRun(service, given ?? '', ask, spec)
      if (started.length > 1 && (options.csv ?? options.vectors) !== undefined) {
        throw new LabError('bad-input', '--csv and --vectors write one spectrum: give one --step.')
      }
      const analyses: AnalysisDetail[] = []
      for (const { analysisId } of started) analyses.push(await follow(context, service, analysisId))
      const [first] = analyses
      if (first && options.csv !== undefined) await writeFile(options.csv, toCsv(analysisTable(first)))
      if (first && options.vectors !== undefined) await writeFile(options.vectors, await vectorsFile(service, first))
      const exitCode = analyses.every(({ status }) => status === 'done') ? 0 : 1
      const reports = analyses.map((analysis, i) => analysisReport(analysis, started[i]!))
      if (started.length === 1) return { exitCode, document: { ...started[0], ...first }, text: reports[0] ?? '' }
      const history = exitCode === 0 ? await historyOf(service, analyses) : null
      const text = [...reports, ...(history ? [historyReport(history)] : [])].join('\n\n')
      return { exitCode, document: { analyses, history }, text }
    })
  },
})

/** One analysis, or one for each step; several keep their eigenvectors, to be followed by. */
async function startRun(
  service: OpenedService,
  given: string,
  { operator, step }: { readonly operator: string | undefined; readonly step: string | undefined },
  spec: Omit<AnalysisSpecInput, 'operator'>,
): Promise<AnalysisStarted[]> {
  const runId = await findRun(service, given)
  const { operators, steps: stored } = await service.handlers['analysis.choices']({ runId })
  if (operator === undefined || !operators.some(({ id }) => id === operator)) {
    const known = operators.map(({ id }) => id).join(', ')
    const what = operator === undefined ? 'is missing' : `got "${operator}"`
    throw new LabError('bad-input', `--operator: ${what}, expected one of ${known}.`)
  }
  const steps = step === 'all' ? stored : stepsOf(step)
  const vectors = spec.vectors === true || steps.length > 1
  const started: AnalysisStarted[] = []
  for (const at of steps) {
    started.push(await service.handlers['analysis.start']({ runId, step: at, spec: { ...spec, vectors, operator } }))
  }
  return started
}

function stepsOf(step: string | undefined): readonly (number | null)[] {
  if (step === undefined) return [null]
  const steps = step.split(',').map((text) => wholeNumber('step', text, 0, Number.MAX_SAFE_INTEGER))
  return [...new Set(steps)].toSorted((a, b) => a - b)
}

/** Outliers by the theory count where there is one, else by the first rule that they were counted with. */
function historyOf(service: OpenedService, analyses: readonly AnalysisDetail[]): Promise<OutlierHistory> {
  const choice = { rule: analyses.at(-1)?.result?.meta.counts?.[0]?.rule ?? 'theory' }
  return service.handlers['analyses.track']({ analysisIds: analyses.map(({ id }) => id), choice })
}

/** Kept eigenvectors, count × n. */
async function vectorsFile(service: OpenedService, { id, result }: AnalysisDetail): Promise<Uint8Array> {
  const count = result?.meta.eigenvectors?.count ?? 0
  const n = result?.meta.dimension ?? 0
  if (count === 0) throw new LabError('unavailable', `--vectors: analysis ${id} has no eigenvectors to write.`)
  const whole = new Float64Array(count * n)
  for (let rank = 0; rank < count; rank++) {
    whole.set((await service.handlers['analysis.vector']({ analysisId: id, rank })).vector, rank * n)
  }
  return writeNpy({ dtype: 'float64', shape: [count, n] }, whole)
}

/** Waits for the end. When the person asks to stop it is cancelled, and what it had found stays in the project. */
async function follow(context: CommandContext, service: OpenedService, analysisId: number): Promise<AnalysisDetail> {
  const bar = new ProgressBar(context.terminal)
  let cancelled = false
  for (;;) {
    const analysis = await service.handlers['analysis.get']({ analysisId })
    if (analysis.status !== 'pending' && analysis.status !== 'running') {
      bar.clear()
      return analysis
    }
    if (analysis.progress) {
      const { products, expected, converged, secondsLeft } = analysis.progress
      bar.show({ label: `products, ${converged} pairs final`, done: products, of: expected, secondsLeft })
    }
    if (context.signal.aborted && !cancelled) {
      cancelled = true
      await service.handlers['analysis.cancel']({ analysisId })
    }
    await sleep(REFRESH_MS)
  }
}
