import { paramText } from '#shared/params'
import { parseSweepSpec, sweepFromJson, type SweepSpec } from '#shared/sweep'
import { valuesText } from '#shared/sweepText'
import { emptyDraft, type Draft } from './draft'
import { plansFrom } from './draftPlans'

/** The draft that says what a sweep says; `specOf` reads it back to the same sweep. */
export function draftFrom({ name, base, axes, constraints, strategy, drawSeed }: SweepSpec): Draft {
  const { system, params, seed, probes, schedule, checkpoints, backend } = base
  const swept = axes.flatMap((axis) => axis.map(({ path, values }): [string, string] => [path, valuesText(values)]))
  return {
    system,
    fields: {
      ...Object.fromEntries(Object.entries(params).map(([id, value]) => [`params.${id}`, paramText(value)])),
      seed: String(seed),
      'schedule.perDecade': String(schedule.perDecade),
      'schedule.every': String(schedule.every),
      'schedule.extraSteps': schedule.extraSteps.join(', '),
      'checkpoints.steps': checkpoints.steps.join(', '),
      'checkpoints.resumeSeconds': String(checkpoints.resumeSeconds),
      'backend.dtype': backend.dtype,
      'backend.blas': backend.blas,
      'backend.sampleCompression': backend.sampleCompression,
      name: name || base.name,
      ...Object.fromEntries(swept),
    },
    scheduleKind: schedule.kind,
    ...plansFrom(base),
    probes,
    zips: axes.filter((axis) => axis.length > 1).map((axis) => axis.map(({ path }) => path)),
    constraints: constraints.join('\n'),
    strategy: {
      ...emptyDraft.strategy,
      kind: strategy.kind,
      ...(strategy.kind === 'random' && { draws: String(strategy.draws) }),
      ...(strategy.kind === 'halving' && {
        draws: strategy.draws === null ? '' : String(strategy.draws),
        metric: strategy.metric,
        direction: strategy.direction,
        factor: String(strategy.factor),
        firstSteps: String(strategy.firstSteps),
      }),
    },
    drawSeed: String(drawSeed),
  }
}

/**
 * A sweep, or a single run, from the text of a file.
 * @throws LabError 'bad-input' that says what is wrong with it
 */
export function sweepFromFile(text: string): SweepSpec {
  return isRunSpec(text) ? parseSweepSpec({ base: JSON.parse(text) }) : sweepFromJson(text)
}

/** A run names its system itself, a sweep names it in its base. */
function isRunSpec(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && 'system' in json
  } catch {
    return false
  }
}
