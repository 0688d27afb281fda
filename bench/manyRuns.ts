import { acceptSpec, type Catalogue } from '../src/main/jobs/checkSpec'
import { systemClock } from '../src/main/store/clock'
import { openProject } from '../src/main/store/openProject'
import type { Project } from '../src/main/store/project'
import { isRunId, type RunId } from '../src/shared/ids'
import { parseRunSpec } from '../src/shared/spec'
import type { MeasuredRecord, QuantityDefinition } from '../src/shared/records'

export interface ProjectSize {
  readonly runs: number
  readonly params: number
  /** Scalars of each run, one of them over three layers, and the points of each. */
  readonly series: number
  readonly points: number
}

const seeds = 4

/** A project of many completed runs, written by the store's own code in one transaction. Its runs can be asked, not repeated. */
export function fillProject(path: string, size: ProjectSize): void {
  const project = openProject(path, { clock: systemClock })
  project.transaction(() => {
    for (let i = 0; i < size.runs; i++) addRun(project, i, size)
  })
  project.close()
}

/** Runs that train for as long as anyone looks, waiting for the service to start them. */
export function queueLongRuns(path: string, count: number, catalogue: Catalogue): void {
  const project = openProject(path, { clock: systemClock })
  for (let i = 0; i < count; i++) {
    const params = { width: 40, n: 20, steps: 1_000_000 }
    const { spec, quantities, workload } = acceptSpec({ system: 'deep-ufm', params, seed: i, name: 'long' }, catalogue)
    project.runs.enqueue({ id: idOf(`long${i}`), spec, quantities, ...workload, createdAt: Date.now() })
  }
  project.close()
}

function addRun(project: Project, i: number, { params, series, points }: ProjectSize): void {
  const id = idOf(String(i))
  const setting = Math.floor(i / seeds)
  const values = Array.from({ length: params }, (_, p) => [
    `p${p}`,
    ((setting * (p + 3)) % (5 + p)) / (p % 3 === 0 ? 1 : 1000),
  ])
  const spec = parseRunSpec({
    system: setting % 2 === 0 ? 'deep-ufm' : 'linear-network',
    params: Object.fromEntries(values),
    seed: i % seeds,
    name: `setting ${setting}`,
  })
  const at = 1_750_000_000_000 + i * 60_000
  project.runs.enqueue({ id, spec, quantities, steps: points, flopsPerStep: 1e6, createdAt: at })
  project.runs.start(id, at)
  project.records.append(id, recordsOf(i, series, points))
  const status = i % 50 === 0 ? 'diverged' : 'completed'
  project.runs.end(id, { status, step: points, error: null, at: at + 5000 })
}

function recordsOf(i: number, series: number, points: number): MeasuredRecord[] {
  const names = [
    { quantity: 'loss', layer: null },
    { quantity: 'accuracy', layer: null },
    ...[1, 2, 3].map((layer) => ({ quantity: 'nc1', layer })),
    ...Array.from({ length: Math.max(0, series - 5) }, (_, k) => ({ quantity: `quantity${k}`, layer: null })),
  ]
  return names.flatMap((name, k) =>
    Array.from({ length: points }, (_, step) => {
      // Another in each of the first 80 021 series: what the store remembers of one must not stand for another.
      const value = Math.exp(-step / points) * (1 + (((i * names.length + k) * 7919) % 80_021) / 800_210)
      return { ...name, step, shape: [], data: Float64Array.of(value), meta: null }
    }),
  )
}

const quantities: readonly QuantityDefinition[] = []

function idOf(text: string): RunId {
  const id = `r-${text.padStart(10, '0')}`
  if (!isRunId(id)) throw new Error(`${id} is no run id`)
  return id
}
