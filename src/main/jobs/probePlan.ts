import { probeSteps, measuredSteps, type RunSpec } from '#shared/spec'
import type { Probe } from '../core/probe'
import { isSparseStep } from '../probes/isSparseStep'

/** A probe that measures at a step. */
export interface DueProbe {
  readonly probe: Probe
  /** By a schedule of its own: see Probe.measure. */
  readonly isAsked: boolean
  /** Measurements that cost about the same: costly probes leave most steps of a shared schedule out. */
  readonly costClass: string
}

/** What every record point costs beside its probes: the loss and the clocks. */
export const POINT = 'point'

/** Which probes of a run measure at which steps. */
export class ProbePlan {
  readonly #probes: readonly { readonly probe: Probe; readonly isAsked: boolean; readonly steps: ReadonlySet<number> }[]
  /** Steps at which something is measured, ascending; the last is the last step of the run. */
  readonly points: readonly number[]

  /**
   * @param steps of the whole run
   * @param rest the step at which it rests before its end, where everything is measured too; null: it goes through
   */
  constructor(
    spec: RunSpec,
    probes: readonly Probe[],
    readonly steps: number,
    readonly rest: number | null = null,
  ) {
    this.#probes = probes.map((probe) => ({
      probe,
      isAsked: Object.hasOwn(spec.probeSchedules, probe.id),
      steps: new Set(probeSteps(spec, probe.id, steps)),
    }))
    const points = new Set([...measuredSteps(spec, steps), ...(rest === null ? [] : [rest])])
    this.points = [...points].sort((a, b) => a - b)
  }

  /** Steps that are measured after `from`, up to the step it rests at. */
  after(from: number): readonly number[] {
    return this.points.filter((step) => step > from && step <= (this.rest ?? this.steps))
  }

  /** @param isLast the run ends here, be it before its last step */
  dueAt(step: number, isLast: boolean): readonly DueProbe[] {
    const isEnd = isLast || step === this.steps
    return this.#probes
      .filter((one) => isEnd || step === this.rest || one.steps.has(step))
      .map(({ probe, isAsked }) => ({ probe, isAsked, costClass: costClass(probe, isAsked, step, isEnd) }))
  }

  /** How many measurements of each class of costs a run makes. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map([[POINT, this.points.length]])
    for (const { costClass: name } of this.points.flatMap((step) => this.dueAt(step, false))) {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    return counts
  }
}

const SPARSE = '*'

function costClass({ id }: Probe, isAsked: boolean, step: number, isLast: boolean): string {
  return isAsked || isSparseStep({ step, isLast }) ? `${id}${SPARSE}` : id
}

/** The other class of the same probe. */
export function otherClass(name: string): string {
  return name.endsWith(SPARSE) ? name.slice(0, -SPARSE.length) : `${name}${SPARSE}`
}
