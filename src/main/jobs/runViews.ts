import type { RunDetail, RunSummary, SystemInfo } from '#shared/contract/index'
import type { RunMarks } from '#shared/contract/runs'
import { LabError } from '#shared/errors'
import type { FigureDefinition } from '#shared/figure'
import type { RunId } from '#shared/ids'
import type { Prediction } from '#shared/records'
import type { System } from '../core/system'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'
import type { VerdictKind } from '../probes/verdict'
import { quantitiesOf, type Catalogue } from './checkSpec'
import { runParams } from './matrixParams'
import type { Scheduler } from './scheduler'

/** A run that has not come to an end state yet may still come to any. */
const UNDECIDED: VerdictKind = 'unconverged'

export interface RunViews {
  /** Those that are there, in the order of the ids. */
  summaries(ids: readonly RunId[]): readonly RunSummary[]
  summary(run: StoredRun): RunSummary
  detail(id: RunId): RunDetail
}

/** Runs as views show them. @param scheduler null when the project is only read */
export function runViews(
  project: Project,
  scheduler: Pick<Scheduler, 'furthest' | 'progress' | 'isPausing' | 'trouble'> | null,
  systems: ReadonlyMap<string, System>,
): RunViews {
  function heldBack({ id, status, sweep }: StoredRun): RunSummary['held'] {
    if (status === 'pending') {
      const waiting = project.queue.find(id)
      return waiting && heldBy(waiting.held, waiting.paused)
    }
    if (status !== 'running' || !scheduler?.isPausing(id)) return null
    return heldBy(project.queue.isHeld(id), sweep !== null && project.sweeps.get(sweep.id).paused)
  }

  function heldBy(itself: boolean, itsSweep: boolean): RunSummary['held'] {
    if (itself) return 'run'
    if (itsSweep) return 'sweep'
    return project.queue.isPaused ? 'queue' : null
  }

  function summary(run: StoredRun): RunSummary {
    const { held, checked } = project.claims.counts(run.id)
    const progress = scheduler?.progress(run.id) ?? null
    const isOpen = run.status === 'pending' || run.status === 'running'
    return {
      id: run.id,
      name: run.spec.name,
      system: run.spec.system,
      params: run.spec.params,
      seed: run.spec.seed,
      sweepId: run.sweep?.id ?? null,
      status: run.status,
      held: heldBack(run),
      step: Math.max(run.step, progress?.step ?? 0),
      steps: run.steps,
      fraction: scheduler?.furthest.fraction(run.id) ?? (run.steps > 0 ? run.step / run.steps : 0),
      stepsPerSecond: finiteOrNull(progress?.stepsPerSecond),
      secondsLeft: finiteOrNull(progress?.secondsLeft),
      createdAt: run.createdAt,
      endedAt: run.endedAt,
      last: project.records.lastValues(run.id),
      claimsHeld: held,
      claimsChecked: checked,
      // A queue that stands still says why on every run that waits for it.
      error: run.error ?? (isOpen ? (scheduler?.trouble?.toData() ?? null) : null),
    }
  }

  return {
    summaries: (ids) => project.runs.many(ids).map(summary),

    summary,

    detail(id) {
      const run = project.runs.get(id)
      const system = systems.get(run.spec.system)
      const known = system && { system, params: runParams(system, run.spec, project) }
      return {
        ...summary(run),
        spec: run.spec,
        // A run outlives its system: what is stored with it still shows in a version that lacks the system.
        title: system?.title ?? run.spec.system,
        quantities: run.quantities,
        figures: figuresOf(system, run),
        predictions: known ? predictionsOf(known, run, project) : [],
        advice: known?.system.advice(known.params).map(({ message }) => message) ?? [],
        states: statesOf(project, run),
        claims: project.claims.of(id),
        log: project.log.of(id),
        provenance: run.provenance,
        marks: marksOf(project, id),
        measured: project.records.measured(id),
      }
    },
  }
}

export function systemInfo(system: System, project: Project, { probes }: Pick<Catalogue, 'probes'>): SystemInfo {
  const measuring = system.probes.flatMap((id) => probes.get(id) ?? [])
  return {
    id: system.id,
    title: system.title,
    question: system.question,
    sources: system.sources,
    params: system.params,
    presets: Object.entries(system.presets).map(([id, { title, note, params, extraSteps = [], sweep }]) => ({
      id,
      title,
      note,
      params,
      extraSteps,
      ...(sweep && { sweep }),
    })),
    probes: measuring.map(({ id, title }) => ({ id, title })),
    quantities: quantitiesOf(measuring),
    figures: system.figures,
    claims: system.claims.map(({ id, title, source, kind, slow = false }) => ({ id, title, source, kind, slow })),
    claimStatus: project.claims.latest(system.id),
  }
}

/** Those of which the run describes every quantity: what has no meaning for its model is not even announced. */
function figuresOf(system: System | undefined, { quantities }: StoredRun): readonly FigureDefinition[] {
  const described = new Set(quantities.map(({ id }) => id))
  return system?.figures.filter((figure) => figure.quantities.every((id) => described.has(id))) ?? []
}

/** The words of a code may say less than the record: that of the verdict 'rank' says which. */
function statesOf({ records }: Project, { id, quantities, steps }: StoredRun): RunDetail['states'] {
  return quantities.flatMap(({ id: quantity, label, codes, perLayer }) => {
    const last = codes && !perLayer ? records.atOrBefore(id, quantity, null, steps) : null
    const text = last?.meta?.[quantity] ?? codes?.[last?.data[0] ?? NaN]
    return typeof text === 'string' ? [{ quantity, label, text }] : []
  })
}

/** Without what is about another end state than the one that a run has come to. */
function predictionsOf(
  { system, params }: { readonly system: System; readonly params: ReturnType<typeof runParams> },
  run: StoredRun,
  { records }: Project,
): readonly Prediction[] {
  const all = system.theory(params)
  if (run.status !== 'completed') return all
  const last = records.lastValues(run.id)
  const ends = run.quantities.flatMap(({ id, codes }) => codes?.[last[id] ?? NaN] ?? [])
  return all.filter(({ state }) => state === undefined || ends.every((end) => end === state || end === UNDECIDED))
}

function marksOf({ annotations }: Project, id: RunId): RunMarks {
  const [marks] = annotations.marks([id])
  if (!marks) throw new LabError('not-found', `There is no run ${id} in this project.`)
  return marks
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
