import type { RunSummary, SystemInfo } from '#shared/contract/index'
import { paramText, type ParamValue } from '#shared/params'
import { formatNumber } from '#charts/format'
import { formatTime } from '../../components/formatTime'
import { runTitle } from '../../components/runStatus'

/** A column of the table of runs: what it sorts by and what it shows. */
export interface RunColumn {
  readonly id: string
  readonly title: string
  /** What a short title stands for. */
  readonly hint: string
  readonly numeric: boolean
  /** Undefined sorts last. */
  value(run: RunSummary): string | number | undefined
  text(run: RunSummary): string
}

const mostParameters = 6

function plainColumn(id: string, title: string, value: (run: RunSummary) => string): RunColumn {
  return { id, title, hint: '', numeric: false, value, text: value }
}

function numericColumn(id: string, title: string, value: (run: RunSummary) => number | undefined): RunColumn {
  return {
    id,
    title,
    hint: '',
    numeric: true,
    value,
    text: (run) => {
      const number = value(run)
      return number === undefined ? '' : formatNumber(number)
    },
  }
}

/** The columns for these runs: fixed ones, and the parameters that tell the runs apart, those that differ most first. */
export function runColumns(runs: readonly RunSummary[], systems: readonly SystemInfo[]): RunColumn[] {
  return [
    plainColumn('name', 'Name', runTitle),
    plainColumn('system', 'System', (run) => run.system),
    plainColumn('status', 'Status', (run) => run.status),
    {
      ...numericColumn('step', 'Step', (run) => run.step),
      text: (run) => (run.step === run.steps ? String(run.step) : `${run.step}/${run.steps}`),
    },
    numericColumn('loss', 'Loss', (run) => run.last['loss']),
    numericColumn('accuracy', 'Accuracy', (run) => run.last['accuracy']),
    ...distinguishingParameters(runs).map((name) => parameterColumn(name, systems)),
    numericColumn('seed', 'Seed', (run) => run.seed),
    {
      ...numericColumn('claims', 'Claims held', (run) =>
        run.claimsChecked > 0 ? run.claimsHeld / run.claimsChecked : undefined,
      ),
      text: (run) => (run.claimsChecked > 0 ? `${run.claimsHeld} of ${run.claimsChecked}` : ''),
    },
    {
      ...numericColumn('created', 'Created', (run) => run.createdAt),
      text: (run) => formatTime(run.createdAt),
    },
  ]
}

function parameterColumn(name: string, systems: readonly SystemInfo[]): RunColumn {
  const definition = systems.flatMap((system) => system.params[name] ?? [])[0]
  return {
    id: `param:${name}`,
    title: definition?.symbol || definition?.label || name,
    hint: definition?.label ?? '',
    numeric: true,
    value: (run) => sortable(run.params[name]),
    text: (run) => {
      const value = run.params[name]
      return typeof value === 'number' ? formatNumber(value) : value === undefined ? '' : paramText(value)
    },
  }
}

/** Lists sort as they read. */
function sortable(value: ParamValue | undefined): string | number | undefined {
  return typeof value === 'number' || value === undefined ? value : paramText(value)
}

function distinguishingParameters(runs: readonly RunSummary[]): string[] {
  const values = new Map<string, Set<string>>()
  for (const run of runs) {
    for (const [name, value] of Object.entries(run.params)) {
      values.set(name, (values.get(name) ?? new Set()).add(paramText(value)))
    }
  }
  return [...values.entries()]
    .toSorted(([, a], [, b]) => b.size - a.size)
    .slice(0, mostParameters)
    .map(([name]) => name)
}
