import type { AnalysisDetail, AnalysisSpecInput, OutlierHistory } from '#shared/analysis'
import type { AnalysisStarted } from '#shared/contract/analysis'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { OutlierChoice } from '#shared/outlierChoice'
import { usualChoice } from '#shared/outliers'
import type { OpenedService } from '../../host/openService'
import { catalogueReport } from '../analysisCatalogue'
import { writeAnalysisFiles } from '../analysisFiles'
import { analysisReport, historyReport } from '../analysisReport'
import { defineCommand, jsonOption, projectOption } from '../command'
import { findRun } from '../findRun'
import { followAnalysis } from '../followAnalysis'
import { realNumber, wholeNumber } from '../numberOption'
import { readWhole, upload } from '../uploadFile'
import { withService } from '../withService'

const METHODS = ['auto', 'dense', 'lanczos'] as const
const OF_RUNS = ['operator', 'step', 'layer', 'other-layer', 'parameters', 'labels'] as const

export const analyse = defineCommand({
  name: 'analyse',
  summary: 'eigenvalues of a stored state of a run, or of a matrix in an NPY file',
  positionals: [
    { name: 'RUN', help: 'id of a run, or its beginning; alone: what can be analysed of it', optional: true },
  ],
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
    seed: { type: 'string', placeholder: 'N', help: 'of random start vectors and probes (default: 0)' },
    rule: {
      type: 'string',
      placeholder: 'NAME',
      help: 'count outliers by theory, largestGap, logRatio, robustThreshold or marchenkoPastur; kept with the analysis',
    },
    threshold: {
      type: 'string',
      placeholder: 'X',
      help: 'count eigenvalues above X as outliers; kept with the analysis',
    },
    labels: { type: 'boolean', help: 'keep eigenvectors in the project, and name the classes that outliers belong to' },
    vectors: { type: 'string', placeholder: 'FILE.npy', help: 'keep and write eigenvectors, one a row, float64' },
    density: {
      type: 'string',
      placeholder: 'FILE.csv',
      help: 'write the density without the outliers, by quadrature where not all eigenvalues are known',
    },
    probes: {
      type: 'string',
      placeholder: 'N',
      help: 'random vectors for the density, 80 products each (default: 10)',
    },
    matrix: { type: 'string', placeholder: 'FILE.npy', help: 'a symmetric matrix instead of a run' },
    samples: { type: 'string', placeholder: 'N', help: 'the matrix is a covariance of so many samples' },
    csv: { type: 'string', placeholder: 'FILE.csv', help: 'write the eigenvalues with their residuals' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [given]) {
    if ((given === undefined) === (options.matrix === undefined)) {
      throw new LabError('bad-input', 'analyse: give a RUN with --operator, or --matrix FILE.npy.')
    }
    const number = (
      name: 'layer' | 'other-layer' | 'k' | 'bottom' | 'seed' | 'probes' | 'samples',
      min: number,
      max: number,
    ) => {
      const text = options[name]
      return text === undefined ? null : wholeNumber(name, text, min, max)
    }
    const method = METHODS.find((known) => known === (options.method ?? 'auto'))
    if (!method) throw new LabError('bad-input', `--method: got "${options.method}", expected ${METHODS.join(', ')}.`)
    const probes = number('probes', 1, 1000)
    if (probes !== null && options.density === undefined) {
      throw new LabError('bad-input', '--probes: they are for the density; give --density FILE.csv too.')
    }
    const spec = {
      parameters: options.parameters?.split(',') ?? null,
      layer: number('layer', 1, 10_000),
      otherLayer: number('other-layer', 1, 10_000),
      method,
      top: number('k', 1, 1000),
      bottom: number('bottom', 0, 1000) ?? 0,
      density: options.density === undefined ? null : { ...(probes !== null && { probes }) },
      samples: number('samples', 1, Number.MAX_SAFE_INTEGER),
      vectors: options.vectors !== undefined || (options.labels ?? false),
      seed: number('seed', 0, 2 ** 32 - 1) ?? 0,
    }
    const choice = choiceOf(options)
    const file = options.matrix
    if (file !== undefined) refuse(options, OF_RUNS, 'is for states of runs, not for --matrix')
    else refuse(options, ['samples'], 'is for --matrix; covariances of runs know theirs')
    const bytes = file === undefined ? null : await readWhole(file, 'operator')
    return withService(context, { project: options.project, slots: 1, resumes: false }, async (service) => {
      const runId = given === undefined ? null : await findRun(service, given)
      if (runId !== null && options.operator === undefined) return catalogueReport(service, runId)
      const started =
        file !== undefined && bytes
          ? [
              await service.handlers['analysis.startMatrix']({
                file: await upload(service, file, bytes, 'operator'),
                spec,
              }),
            ]
          : await startRun(service, runId!, { operator: options.operator ?? '', step: options.step }, spec)
      const analyses: AnalysisDetail[] = []
      for (const { analysisId } of started) analyses.push(await followAnalysis(context, service, analysisId, choice))
      await writeAnalysisFiles(service, analyses, options)
      const exitCode = analyses.every(({ status }) => status === 'done') ? 0 : 1
      const reports = analyses.map((analysis, i) => analysisReport(analysis, started[i]!))
      if (started.length === 1) return { exitCode, document: { ...started[0], ...analyses[0] }, text: reports[0] ?? '' }
      const history = exitCode === 0 ? await historyOf(service, analyses) : null
      const text = [...reports, ...(history ? [historyReport(history)] : [])].join('\n\n')
      return { exitCode, document: { analyses, history }, text }
    })
  },
})

/** Options that would be given in vain are said, not ignored. */
function refuse<Name extends string>(
  options: Partial<Record<Name, unknown>>,
  names: readonly Name[],
  why: string,
): void {
  const given = names.find((name) => options[name] !== undefined)
  if (given !== undefined) throw new LabError('bad-input', `--${given}: ${why}.`)
}

function choiceOf(options: {
  readonly rule?: string | undefined
  readonly threshold?: string | undefined
}): OutlierChoice | null {
  const { rule, threshold } = options
  if (rule !== undefined && threshold !== undefined) {
    throw new LabError('bad-input', 'analyse: outliers are counted by --rule or by --threshold; give one of them.')
  }
  if (threshold !== undefined) return { threshold: realNumber('threshold', threshold) }
  return rule === undefined ? null : { rule }
}

/** One analysis, or one for each step; several keep their eigenvectors, to be followed by. */
async function startRun(
  service: OpenedService,
  runId: RunId,
  { operator, step }: { readonly operator: string; readonly step: string | undefined },
  spec: Omit<AnalysisSpecInput, 'operator'>,
): Promise<AnalysisStarted[]> {
  const { operators, steps: stored } = await service.handlers['analysis.choices']({ runId })
  const chosen = operators.find(({ id }) => id === operator)
  if (!chosen) {
    const known = operators.map(({ id }) => id).join(', ')
    throw new LabError('bad-input', `--operator: got "${operator}", expected one of ${known}.`)
  }
  const inVain = {
    parameters: chosen.choose === 'parameters' ? null : spec.parameters,
    layer: chosen.choose === 'parameters' ? spec.layer : null,
    'other-layer': chosen.choose === 'layerPair' ? null : spec.otherLayer,
  }
  for (const [option, value] of Object.entries(inVain)) {
    if (value !== null) throw new LabError('bad-input', `--${option}: ${operator} does not ask for it.`)
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

/** Outliers as they are counted at the last of the steps. */
function historyOf(service: OpenedService, analyses: readonly AnalysisDetail[]): Promise<OutlierHistory> {
  const choice = usualChoice(analyses.at(-1)?.result?.meta ?? {})
  return service.handlers['analyses.track']({ analysisIds: analyses.map(({ id }) => id), choice })
}
