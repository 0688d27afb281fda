import { basename } from 'node:path'
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnalysisDetail, AnalysisSpecInput } from '#shared/analysis'
import type { AnalysisStarted } from '#shared/contract/analysis'
import { LabError } from '#shared/errors'
import { analysisTable } from '#charts/analysisFigure'
import { formatNumber } from '#charts/format'
import { toCsv } from '#charts/toCsv'
import type { OpenedService } from '../../host/openService'
import { defineCommand, jsonOption, projectOption, type CommandContext } from '../command'
import { findRun } from '../findRun'
import { wholeNumber } from '../numberOption'
import { ProgressBar } from '../progressBar'
import { facts, table } from '../table'
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
    step: { type: 'string', placeholder: 'N', help: 'a step whose state is stored (default: the last)' },
    layer: { type: 'string', placeholder: 'L', help: 'for operators of a layer, counted from 1' },
    'other-layer': { type: 'string', placeholder: 'L', help: 'the second layer, for operators of two' },
    parameters: { type: 'string', placeholder: 'A,B', help: 'for operators over parameters (default: all)' },
    method: { type: 'string', placeholder: 'NAME', help: 'auto (default), dense or lanczos' },
    k: { type: 'string', placeholder: 'N', help: 'how many of the largest, where not all are computed' },
    bottom: { type: 'string', placeholder: 'N', help: 'how many of the smallest, by lanczos (default: 0)' },
    vectors: { type: 'boolean', help: 'keep the eigenvectors in the project, where lanczos makes them' },
    matrix: { type: 'string', placeholder: 'FILE.npy', help: 'a symmetric matrix instead of a run' },
    csv: { type: 'string', placeholder: 'FILE.csv', help: 'write the eigenvalues with their residuals' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [given]) {
    if ((given === undefined) === (options.matrix === undefined)) {
      throw new LabError('bad-input', 'analyse: give a RUN with --operator, or --matrix FILE.npy.')
    }
    const number = (name: 'step' | 'layer' | 'other-layer' | 'k' | 'bottom', min: number, max: number) => {
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
      vectors: options.vectors ?? false,
    }
    const step = number('step', 0, Number.MAX_SAFE_INTEGER)
    return withService(context, { project: options.project, slots: 1, resumes: false }, async (service) => {
      const started = options.matrix === undefined
        ? await startRun(service, given ?? '', step, options.operator, spec)
        : await service.handlers['analysis.startMatrix']({ name: basename(options.matrix), bytes: await bytesOf(options.matrix), spec }) // prettier-ignore
      const analysis = await follow(context, service, started.analysisId)
      if (options.csv !== undefined) await writeFile(options.csv, toCsv(analysisTable(analysis)))
      const document = { known: started.known, ...analysis }
      return { exitCode: analysis.status === 'done' ? 0 : 1, document, text: report(analysis, started) }
    })
  },
})

async function startRun(
  service: OpenedService,
  given: string,
  step: number | null,
  operator: string | undefined,
  spec: Omit<AnalysisSpecInput, 'operator'>,
): Promise<AnalysisStarted> {
  const runId = await findRun(service, given)
  const { operators } = await service.handlers['analysis.choices']({ runId })
  if (operator && operators.some(({ id }) => id === operator)) {
    return service.handlers['analysis.start']({ runId, step, spec: { ...spec, operator } })
  }
  const known = operators.map(({ id }) => id).join(', ')
  const what = operator === undefined ? 'is missing' : `got "${operator}"`
  throw new LabError('bad-input', `--operator: ${what}, expected one of ${known}.`)
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new LabError('bad-input', `--matrix: ${path} cannot be read. Check the name.`, {}, { cause })
  }
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

function report({ id, matrix, step, status, error, result }: AnalysisDetail, { known }: AnalysisStarted): string {
  const told = known ? `analysis ${id}, ${status}, known before: nothing was computed` : `analysis ${id}, ${status}`
  const lines = [
    facts([
      ['matrix', step === null ? matrix : `${matrix}, step ${step}`],
      ['outcome', told],
    ]),
  ]
  if (error) lines.push(error.message)
  if (!result) return lines.join('\n')
  const { meta, eigenvalues, bottom } = result
  const listed = meta.complete ? `all ${meta.dimension}` : `largest ${eigenvalues.length} of ${meta.dimension}`
  const products = meta.products === null ? [] : [['products', String(meta.products)] as const]
  const residual = meta.maxResidual === null ? [] : [['residual', `≤ ${formatNumber(meta.maxResidual, 2)}`] as const]
  lines.push(facts([['eigenvalues', `${listed}, ${meta.method}, ${meta.dtype}`], ...products, ...residual]))
  const copies = (meta.copies ?? []).slice(0, 12)
  const count = (value: number | null) => (value === null ? '' : String(value))
  if (copies.length > 0) {
    lines.push(`copies of a level: within ${formatNumber(meta.copiesWithin ?? 0, 1)} of the largest eigenvalue`)
    lines.push(
      table(copies, [
        { title: 'value', cell: ({ value }) => formatNumber(value, 8), align: 'right' },
        { title: 'copies', cell: ({ found, cut }) => (cut ? `≥ ${found}` : String(found)), align: 'right' },
        { title: 'predicted', cell: ({ predicted }) => count(predicted), align: 'right' },
      ]),
    )
  } else {
    lines.push([...eigenvalues.subarray(0, 12)].map((value) => formatNumber(value, 8)).join('  '))
  }
  if (bottom.length > 0) lines.push(`smallest: ${[...bottom].map((value) => formatNumber(value, 8)).join('  ')}`)
  lines.push(
    table(meta.counts ?? [], [
      { title: 'rule', cell: ({ rule }) => rule },
      { title: 'outliers', cell: (row) => String(row.count), align: 'right' },
      { title: 'threshold', cell: ({ threshold }) => (threshold === null ? '' : formatNumber(threshold)), align: 'right' }, // prettier-ignore
    ]),
  )
  return lines.filter((line) => line !== '').join('\n\n')
}
