import { existsSync } from 'node:fs'
import { formatBytes, formatDuration, formatNumber } from '#charts/format'
import type { SweepDetail, SweepPreview } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'
import { paramText } from '#shared/params'
import { defineCommand, jsonOption, projectOption } from '../command'
import { followSweep } from '../followSweep'
import { sweepFromOptions } from '../sweepFromOptions'
import { facts, table } from '../table'
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
    'dry-run': { type: 'boolean', help: 'print runs and estimate, start nothing' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [file]) {
    const spec = await sweepFromOptions(context.systems, file, options)
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
      const exitCode = done.counts.completed === done.runs ? 0 : 1
      return { exitCode, document: done, text: summaryText(done) }
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
