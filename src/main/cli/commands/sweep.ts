import { existsSync } from 'node:fs'
import { formatBytes, formatDuration, formatNumber } from '#charts/format'
import type { SweepDetail, SweepPreview } from '#shared/contract/sweeps'
import type { SweepResults } from '#shared/contract/sweepResults'
import { LabError } from '#shared/errors'
import { paramText } from '#shared/params'
import { exportSweepFigures } from '../../export/exportSweepFigures'
import { defineCommand, jsonOption, projectOption } from '../command'
import { followAnalyses } from '../followAnalyses'
import { followSweep } from '../followSweep'
import { sweepFromOptions } from '../sweepFromOptions'
import { facts, table } from '../table'
import { exportText, figureFiles } from './export'
import { withService } from '../withService'

/** Rows of the plan that are printed. */
const SHOWN = 12

export const sweep = defineCommand({
  name: 'sweep',
  summary: 'train many runs: every field takes a value, a list, a range or a distribution',
  positionals: [{ name: 'FILE.json', help: 'a sweep that was exported', optional: true }],
  options: {
    system: { type: 'string', placeholder: 'SYSTEM', help: 'id of a system, as in deep-ufm' },
    preset: { type: 'string', placeholder: 'NAME', help: 'begin with the values of a preset' },
    set: {
      type: 'string',
      multiple: true,
      placeholder: 'NAME=VALUES',
      help: 'width=4,8 or lambda="1e-4..1e-1 log 7" or lambda="~logU(1e-4,1e-1)"; may be repeated',
    },
    seeds: { type: 'string', placeholder: 'VALUES', help: 'as in 0..15 (default: 0)' },
    where: { type: 'string', multiple: true, placeholder: 'CONDITION', help: 'as in "width >= K"; may be repeated' },
    random: {
      type: 'string',
      placeholder: 'N',
      help: 'so many random points instead of the grid, each with every seed',
    },
    probes: { type: 'string', placeholder: 'IDS', help: 'only these probes, with commas' },
    'end-only': { type: 'boolean', help: 'measure at the end of each run only' },
    name: { type: 'string', placeholder: 'TEXT', help: 'how the sweep and its runs are called in lists' },
    out: { type: 'string', placeholder: 'DIR', help: 'write the figures of the sweep there once it has ended' },
    format: { type: 'string', placeholder: 'LIST', help: 'of the figures: svg,png,csv (default: all)' },
    'dry-run': { type: 'boolean', help: 'print runs and estimate, start nothing' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [file]) {
    const spec = await sweepFromOptions(context.systems, file, options)
    // A format that there is not is said before hours of training.
    const order = options.out === undefined ? null : { directory: options.out, ...figureFiles(context, options.format) }
    const isDry = options['dry-run'] === true
    // Looking works while the workbench has the project open; without a project there is nothing to look into yet.
    const readOnly = isDry && existsSync(options.project ?? context.defaultProject)
    return withService(context, { project: options.project, readOnly, resumes: false }, async (service) => {
      const plan = await service.handlers['sweep.preview']({ spec, rows: SHOWN, over: null })
      if (plan.issues.length > 0) {
        throw new LabError('bad-input', plan.issues.map(({ message }) => message).join('\n'))
      }
      if (isDry) return { exitCode: 0, document: { spec, plan }, text: planText(plan) }
      context.terminal.note(`${planText(plan)}\n`)
      const { sweepId } = await service.handlers['sweep.start']({ spec })
      const done = await followSweep(context, service, sweepId)
      await followAnalyses(context, service, done.runIds)
      const exitCode = done.counts.completed === done.runs ? 0 : 1
      const results = await service.handlers['sweep.results']({ sweepId })
      const summary = [summaryText(done), outcomeText(results)].filter(Boolean).join('\n\n')
      if (!order) return { exitCode, document: { ...done, points: results.points }, text: summary }
      const { version } = context.installation
      const report = await exportSweepFigures({ ...order, results, version })
      const document = { ...done, points: results.points, directory: order.directory, ...report }
      return { exitCode, document, text: `${summary}\n\n${exportText(order.directory, report)}` }
    })
  },
})

function planText({ runs, excluded, duplicates, paths, rows, estimate, advice }: SweepPreview): string {
  const names = paths.map((path) => path.replace(/^params\./, ''))
  const left = [
    ...(excluded > 0 ? [`${excluded} left out by constraints`] : []),
    ...(duplicates > 0 ? [`${duplicates} the same as others`] : []),
  ]
  return [
    table(
      rows,
      names.map((title, column) => ({ title, cell: (row) => paramText(row[column] ?? ''), align: 'right' as const })),
    ),
    ...(runs > rows.length ? [`… ${runs - rows.length} more`] : []),
    `${runs} ${runs === 1 ? 'run' : 'runs'}${left.length > 0 ? ` (${left.join(', ')})` : ''}`,
    ...(estimate
      ? [
          `About ${formatDuration(estimate.seconds)} and ${formatBytes(estimate.bytes)}, ${estimate.basis === 'measured' ? 'measured on this machine' : 'a rough guess'}.`,
          estimate.batching,
        ]
      : []),
    ...advice.map(({ message }) => message),
  ]
    .filter((line) => line !== '')
    .join('\n')
}

/** Counts of every named end by point; empty where the runs have none. */
function outcomeText({ fields, points, quantities }: SweepResults): string {
  const named = quantities.find(({ codes }) => codes !== undefined)
  if (!named) return ''
  const countsOf = (point: SweepResults['points'][number]) =>
    point.states.find(({ quantity }) => quantity === named.id)?.counts ?? []
  const ends = (named.codes ?? []).filter((state) =>
    points.some((point) => countsOf(point).some((one) => one.state === state && one.count > 0)),
  )
  type Point = SweepResults['points'][number]
  const right = { align: 'right' as const }
  return table(points, [
    ...fields.map(({ path }, i) => ({
      title: path.replace(/^params\./, ''),
      cell: (point: Point) => paramText(point.at[i] ?? ''),
      ...right,
    })),
    { title: 'runs', cell: (point: Point) => String(point.runs), ...right },
    ...ends.map((state) => ({
      title: state,
      cell: (point: Point) => {
        const found = countsOf(point).find((one) => one.state === state)
        return found ? `${found.count} (${formatNumber(found.low, 2)} to ${formatNumber(found.high, 2)})` : ''
      },
      ...right,
    })),
  ])
}

function summaryText({ id, name, runs, counts, steps, createdAt, endedAt }: SweepDetail): string {
  const seconds = ((endedAt ?? createdAt) - createdAt) / 1000
  return facts([
    ['sweep', name ? `${id} (${name})` : id],
    ['runs', String(runs)],
    ...Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([status, count]): [string, string] => [status, String(count)]),
    ['steps', formatNumber(steps.of)],
    ['time', formatDuration(seconds)],
  ])
}
