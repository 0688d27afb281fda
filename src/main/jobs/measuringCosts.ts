import type { Model } from '../core/model'
import { numbersIn } from './numbersIn'
import { otherClass, POINT, type ProbePlan } from './probePlan'
import type { RunCosts } from './protocol'

/** Measurements of one class of costs. */
export interface MeasuredCost {
  readonly count: number
  readonly seconds: number
}

/**
 * What measuring has cost so far, and what is left of it.
 *
 * Of several runs that train as one program each is measured by itself, one after the other.
 */
export class MeasuringCosts {
  readonly #spent = new Map<string, MeasuredCost>()
  #seconds = 0
  /** Everything is measured up to this step, but for so many runs at the step itself. */
  #point: number
  #open = 0
  /** The steps of each class that are still to come; taken from the end. */
  readonly #left: Map<string, number[]>

  /** @param from the step it goes on from; below 0 from the beginning */
  constructor(
    readonly plan: ProbePlan,
    from: number,
  ) {
    this.#point = from
    this.#left = new Map([[POINT, []]])
    for (const step of plan.after(from).toReversed()) {
      const classes = [POINT, ...plan.dueAt(step, false).map(({ costClass }) => costClass)]
      for (const name of classes) {
        const steps = this.#left.get(name) ?? []
        steps.push(step)
        this.#left.set(name, steps)
      }
    }
  }

  /** Spent so far. */
  get seconds(): number {
    return this.#seconds
  }

  get spent(): ReadonlyMap<string, MeasuredCost> {
    return this.#spent
  }

  /** So many runs are about to be measured at this step. */
  begin(step: number, runs: number): void {
    this.#point = step
    this.#open = runs
  }

  /** One of them is. */
  finishOne(): void {
    this.#open -= 1
  }

  add(costClass: string, seconds: number): void {
    const known = this.#spent.get(costClass) ?? { count: 0, seconds: 0 }
    this.#spent.set(costClass, { count: known.count + 1, seconds: known.seconds + seconds })
    this.#seconds += seconds
  }

  /** What `runs` runs still take, each measurement as long as those of its class took so far on average. */
  secondsLeft(runs: number): number {
    let left = 0
    for (const [name, steps] of this.#left) {
      while ((steps.at(-1) ?? Infinity) < this.#point) steps.pop()
      const isNow = steps.at(-1) === this.#point
      left += this.#meanOf(name) * ((steps.length - Number(isNow)) * runs + Number(isNow) * this.#open)
    }
    return left
  }

  /** Nothing is known of a class before its first measurement but what others cost. */
  #meanOf(name: string): number {
    const known = this.#spent.get(name) ?? this.#spent.get(otherClass(name))
    if (known) return known.seconds / known.count
    const all = [...this.#spent.values()].reduce((sum, { count }) => sum + count, 0)
    return all === 0 ? 0 : this.#seconds / all
  }
}

/** As a worker reports it. */
export function costsOf({ spent }: MeasuringCosts, model: Model, trainingSeconds: number, steps: number): RunCosts {
  return { steps, parameters: numbersIn(model.parameters), trainingSeconds, measured: Object.fromEntries(spent) }
}
