import type { ParamSchema, ParamsOf } from '#shared/params'
import { keptSteps, measuredSteps, type RunSpec } from '#shared/spec'
import { optimiserArrays } from '../core/optimiser'
import type { Probe } from '../core/probe'
import type { Resources, System } from '../core/system'
import type { SpecPreview } from '#shared/contract/index'
import type { Calibration, Speed } from '../store/calibration'
import type { StoredRun } from '../store/runs'

/** How much work a run is, counted from its model. */
export interface Workload {
  readonly parameters: number
  readonly steps: number
  readonly flopsPerStep: number
  /** Numbers that one measurement stores. */
  readonly numbersPerMeasurement: number
  /** Numbers of a stored state: parameters and the optimiser's own. */
  readonly numbersPerState: number
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
  const sizes = model.parameters.map(({ shape }) => shape.reduce((product, size) => product * size, 1))
  const parameters = sizes.reduce((sum, size) => sum + size, 0)
  const weights = model.parameters.filter(({ kind }) => kind === 'weight')
  const features = model.parameters.find(({ kind }) => kind === 'features')
  // Free features are the data; only other models have files to read, which shows early that one is missing.
  const samples = features?.shape[1] ?? system.data(params, resources).train.targets.cols
  const weightNumbers = weights.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  const widest = Math.max(1, ...weights.flatMap(({ shape }) => shape))
  return {
    parameters,
    steps,
    flopsPerStep: 6 * weightNumbers * (batchSize ?? samples) + 2 * parameters,
    numbersPerState: parameters * (1 + optimiserArrays(optimiser)),
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
  cpu: { secondsPerStep: 2e-5, flopsPerSecond: 5e9, secondsPerMeasurement: 0.02 },
  gpu: { secondsPerStep: 1e-3, flopsPerSecond: 5e11, secondsPerMeasurement: 0.1 },
}

/** Time and storage of a run: from the measured run nearest in size, else by a rough rule. */
export function estimate(spec: RunSpec, workload: Workload, calibration: Calibration): SpecPreview['estimate'] {
  const { steps, parameters, flopsPerStep, numbersPerMeasurement, numbersPerState } = workload
  const measurements = measuredSteps(spec, steps).length
  const counts = { steps, parameters, measuredSteps: measurements }
  const ofStates =
    keptSteps(spec.checkpoints, steps).size * numbersPerState * (spec.backend.dtype === 'float64' ? 8 : 4)
  const nearest = nearestIn(calibration.of(spec.system, backendKey(spec)), flopsPerStep)
  if (nearest) {
    // Smaller steps are not much faster: their time is overhead. Larger ones grow with their work.
    const growth = Math.max(1, flopsPerStep / nearest.flopsPerStep)
    const seconds = steps * nearest.secondsPerStep * growth
    const bytes = Math.ceil(measurements * nearest.bytesPerMeasurement) + ofStates
    return { ...counts, seconds, bytes, basis: 'measured' }
  }
  const rough = ROUGH[spec.backend.id]
  const seconds =
    steps * (rough.secondsPerStep + flopsPerStep / rough.flopsPerSecond) + measurements * rough.secondsPerMeasurement
  return { ...counts, seconds, bytes: measurements * numbersPerMeasurement * 8 + ofStates, basis: 'rough' }
}

function nearestIn(speeds: readonly Speed[], flopsPerStep: number): Speed | null {
  const distance = (speed: Speed) => Math.abs(Math.log(speed.flopsPerStep / flopsPerStep))
  return speeds.reduce<Speed | null>((best, speed) => (best && distance(best) <= distance(speed) ? best : speed), null)
}

/**
 * What a completed run cost since it last started, for later estimates; null when it was too short to tell.
 * @param together how many runs shared the time
 */
export function speedOf(run: StoredRun, storedBytes: number, together: number): Speed | null {
  if (run.startedAt === null || run.endedAt === null || run.step <= run.startedAtStep) return null
  return {
    system: run.spec.system,
    backend: backendKey(run.spec),
    flopsPerStep: run.flopsPerStep,
    secondsPerStep: (run.endedAt - run.startedAt) / 1000 / (run.step - run.startedAtStep) / together,
    bytesPerMeasurement: storedBytes / measuredSteps(run.spec, run.steps).length,
  }
}

function backendKey({ backend }: RunSpec): string {
  return `${backend.id}/${backend.dtype}/${backend.blas}`
}
