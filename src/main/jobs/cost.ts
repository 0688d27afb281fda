import type { ParamSchema, ParamsOf } from '#shared/params'
import { keptSteps, measuredSteps, type RunSpec } from '#shared/spec'
import { optimiserArrays } from '../core/optimiser'
import type { Probe } from '../core/probe'
import type { Resources, System } from '../core/system'
import type { SpecPreview } from '#shared/contract/index'
import type { Calibration, MeasuringSpeed, Speed } from '../store/calibration'
import type { StoredRun } from '../store/runs'
import { numbersIn } from './numbersIn'
import { otherClass, POINT, ProbePlan } from './probePlan'
import type { RunCosts } from './protocol'

/** How much work a run is, counted from its model. */
export interface Workload {
  readonly parameters: number
  readonly steps: number
  readonly flopsPerStep: number
  /** Numbers that one measurement stores. */
  readonly numbersPerMeasurement: number
  /** Numbers of a stored state: parameters and the optimiser's own. */
  readonly numbersPerState: number
  /** The probes that apply, of which each measures by its schedule. */
  readonly probes: readonly Probe[]
}

/**
 * Counts a run's work. Each weight takes part in 2 N operations forwards and 4 N backwards, N the samples of a step.
 * @throws LabError if the parameters do not make a model, or if its data cannot be read
 */
export function workloadOf(
  system: System,
  params: ParamsOf<ParamSchema>,
  probes: readonly Probe[],
  resources: Resources,
): Workload {
  const model = system.model(params)
  const { steps, batchSize, optimiser } = system.training(params)
  const parameters = numbersIn(model.parameters)
  const weights = model.parameters.filter(({ kind }) => kind === 'weight')
  const features = model.parameters.find(({ kind }) => kind === 'features')
  // Free features are the data; only other models have files to read, which shows early that one is missing.
  const samples = features?.shape[1] ?? system.data(params, resources).train.targets.cols
  const weightNumbers = numbersIn(weights)
  const widest = Math.max(1, ...weights.flatMap(({ shape }) => shape))
  return {
    parameters,
    steps,
    flopsPerStep: 6 * weightNumbers * (batchSize ?? samples) + 2 * parameters,
    numbersPerState: parameters * (1 + optimiserArrays(optimiser)),
    probes,
    numbersPerMeasurement: probes
      .flatMap((probe) => probe.quantities)
      .reduce((sum, { kind, perLayer }) => {
        const size = {
          scalar: 2,
          clock: 2,
          vector: widest,
          spectrum: widest,
          density: 1000,
          matrix: model.classes ** 2,
        }[kind]
        return sum + size * (perLayer ? weights.length : 1)
      }, 0),
  }
}

/** Before anything was measured here: a step's overhead, and the speed of the embedded kernels on one core. */
const ROUGH = {
  cpu: { secondsPerStep: 2e-5, flopsPerSecond: 5e9, secondsPerMeasurement: 0.002 },
  gpu: { secondsPerStep: 1e-3, flopsPerSecond: 5e11, secondsPerMeasurement: 0.01 },
}

/**
 * Time and storage of a run: start + steps · seconds per step + Σ over classes of measurements of count · seconds, each
 * from the measured run nearest in size, else by a rough rule.
 */
export function estimate(spec: RunSpec, workload: Workload, calibration: Calibration): SpecPreview['estimate'] {
  const { steps, parameters, flopsPerStep, numbersPerMeasurement, numbersPerState } = workload
  const plan = new ProbePlan(spec, workload.probes, steps)
  const measurements = plan.points.length
  const counts = { steps, parameters, measuredSteps: measurements }
  const ofStates = keptSteps(spec, steps).size * numbersPerState * (spec.backend.dtype === 'float64' ? 8 : 4)
  const measuring = secondsOfMeasuring(plan, spec, workload, calibration)
  const nearest = nearestBy(calibration.of(spec.system, backendKey(spec)), flopsPerStep, (speed) => [speed.flopsPerStep, speed.secondsPerStep]) // prettier-ignore
  if (nearest) {
    const secondsPerStep = nearest.secondsPerStep * growth(flopsPerStep, nearest.flopsPerStep)
    const seconds = nearest.startSeconds + steps * secondsPerStep + measuring
    const bytes = Math.ceil(measurements * nearest.bytesPerMeasurement) + ofStates
    return { ...counts, seconds, bytes, basis: 'measured' }
  }
  const rough = ROUGH[spec.backend.id]
  const seconds = steps * (rough.secondsPerStep + flopsPerStep / rough.flopsPerSecond) + measuring
  return { ...counts, seconds, bytes: measurements * numbersPerMeasurement * 8 + ofStates, basis: 'rough' }
}

function secondsOfMeasuring(
  plan: ProbePlan,
  spec: RunSpec,
  { parameters }: Workload,
  calibration: Calibration,
): number {
  const known = Map.groupBy(calibration.measuring(spec.system, backendKey(spec)), ({ costClass }) => costClass)
  const secondsOf = (costClass: string) => {
    const costs = known.get(costClass) ?? known.get(otherClass(costClass)) ?? []
    const nearest = nearestBy(costs, parameters, (cost) => [cost.parameters, cost.seconds])
    if (!nearest) return costClass === POINT ? 0 : ROUGH[spec.backend.id].secondsPerMeasurement
    return nearest.seconds * growth(parameters, nearest.parameters)
  }
  return [...plan.counts].reduce((sum, [costClass, count]) => sum + count * secondsOf(costClass), 0)
}

/** What is smaller than was measured is not much faster: its time is overhead. What is larger grows with its work. */
function growth(size: number, measured: number): number {
  return Math.max(1, size / measured)
}

/** Of the nearest in size the quickest: what took longer had more of the warming up in it, or of other work beside it. */
function nearestBy<T>(
  all: readonly T[],
  size: number,
  read: (one: T) => readonly [size: number, seconds: number],
): T | null {
  const keyed = all.map((one) => {
    const [own, seconds] = read(one)
    return { one, distance: Math.abs(Math.log(own / size)), seconds }
  })
  return keyed.toSorted((a, b) => a.distance - b.distance || a.seconds - b.seconds)[0]?.one ?? null
}

/**
 * What a completed run cost since it last started, for later estimates; null when it was too short to tell.
 * @param costs what its worker spent, on all the runs that trained with it
 * @param together how many those are
 */
export function speedOf(run: StoredRun, storedBytes: number, costs: RunCosts, together: number): Speed | null {
  if (run.startedAt === null || run.endedAt === null || costs.steps <= 0) return null
  const measuring = Object.values(costs.measured).reduce((sum, { seconds }) => sum + seconds, 0)
  const wall = (run.endedAt - run.startedAt) / 1000
  return {
    system: run.spec.system,
    backend: backendKey(run.spec),
    flopsPerStep: run.flopsPerStep,
    secondsPerStep: costs.trainingSeconds / costs.steps / together,
    startSeconds: Math.max(0, wall - costs.trainingSeconds - measuring) / together,
    bytesPerMeasurement: storedBytes / measuredSteps(run.spec, run.steps).length,
  }
}

/** What one measurement of each class cost. */
export function measuringSpeedsOf({ spec }: StoredRun, { measured, parameters }: RunCosts): MeasuringSpeed[] {
  return Object.entries(measured).map(([costClass, { count, seconds }]) => ({
    system: spec.system,
    backend: backendKey(spec),
    costClass,
    parameters,
    seconds: seconds / count,
  }))
}

function backendKey({ backend }: RunSpec): string {
  return `${backend.id}/${backend.dtype}/${backend.blas}`
}
