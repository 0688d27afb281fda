import type { PointValues, StateCount, SweepPoint, SweepResults, SweptFieldInfo } from '#shared/contract/sweepResults'
import type { SweepId } from '#shared/ids'
import { checkParams, type ParamValue } from '#shared/params'
import { wilsonInterval } from '#shared/proportion'
import type { Prediction, QuantityDefinition } from '#shared/records'
import { sweptPaths } from '#shared/sweep'
import { plainSweepFigures } from '#shared/sweepFigure'
import { fieldName } from '#shared/fieldNames'
import { fieldDefinition, fieldValue } from '#shared/sweepFields'
import type { System } from '../core/system'
import type { Project } from '../store/project'
import type { PointEnds, RunEnd } from '../store/sweepEnds'
import { clockQuantities } from './runClock'
import { theoryUnderPoints } from './theoryUnderPoints'

/**
 * What the runs of a sweep came to, by point: counts of each state with Wilson's interval, last values, theory.
 * @throws LabError 'not-found' for an unknown sweep
 */
export function sweepResults(project: Project, systems: ReadonlyMap<string, System>, id: SweepId): SweepResults {
  const { spec, id: sweepId } = project.sweeps.get(id)
  const system = systems.get(spec.base.system) ?? null
  const found = project.sweepEnds.points(sweepId)
  const paths = sweptPaths(spec).filter((path) => path !== 'seed')
  const quantities = scalarsOf(found)
  const points = found.map((point) => pointOf(point, { paths, quantities, system }))
  const figures = system?.sweepFigures ?? plainSweepFigures
  const withParams = found.map(({ spec: { params } }, i) => ({ at: points[i]!.at, params }))
  return {
    sweepId,
    name: spec.name,
    system: spec.base.system,
    fields: paths.map((path) => fieldOf(path, system)),
    quantities,
    points,
    figures,
    theory: system ? theoryUnderPoints(system, figures, paths, withParams) : [],
  }
}

/** Where a run's clocks stand at its end is no result. */
const clocks: ReadonlySet<string> = new Set(clockQuantities.map(({ id }) => id))

function scalarsOf(points: readonly PointEnds[]): QuantityDefinition[] {
  const all = points.flatMap(({ quantities }) => quantities)
  const scalars = all.filter(({ id, kind, perLayer }) => kind === 'scalar' && !perLayer && !clocks.has(id))
  return [...new Map(scalars.map((quantity) => [quantity.id, quantity])).values()]
}

function fieldOf(path: string, system: System | null): SweptFieldInfo {
  const schema = system?.params ?? {}
  const definition = fieldDefinition(path, schema)
  return { path, ...fieldName(path, schema), scale: definition?.type === 'real' ? definition.scale : 'linear' }
}

interface Wanted {
  readonly paths: readonly string[]
  readonly quantities: readonly QuantityDefinition[]
  readonly system: System | null
}

function pointOf({ spec, runs }: PointEnds, { paths, quantities, system }: Wanted): SweepPoint {
  const completed = runs.filter(({ status }) => status === 'completed')
  const diverged = runs.filter(({ status }) => status === 'diverged').length
  const ended = completed.length + diverged
  const whole = { ...spec, seed: 0, name: '' }
  const predictions = system ? predictionsOf(system, spec.params) : []
  return {
    at: paths.map((path): ParamValue => fieldValue(whole, path, system?.params ?? {}) ?? ''),
    runs: ended,
    diverged,
    missing: runs.length - ended,
    states: quantities.flatMap(({ id, codes }) =>
      codes ? [{ quantity: id, counts: countsOf({ id, codes }, completed, diverged) }] : [],
    ),
    values: quantities.map(({ id }) => valuesOf(id, completed, predictions)),
  }
}

function countsOf(
  { id, codes }: { readonly id: string; readonly codes: readonly string[] },
  completed: readonly RunEnd[],
  diverged: number,
): StateCount[] {
  const runs = completed.length + diverged
  return codes.map((state, code) => {
    const found = completed.filter(({ last }) => last.get(id) === code).length
    const count = state === 'diverged' ? found + diverged : found
    return { state, count, ...(runs > 0 ? wilsonInterval({ count, runs }) : { low: 0, high: 1 }) }
  })
}

function valuesOf(id: string, completed: readonly RunEnd[], predictions: readonly Prediction[]): PointValues {
  const prediction = predictions.find(({ quantity, layer }) => quantity === id && layer === null)
  return {
    quantity: id,
    values: Float64Array.from(completed, ({ last }) => last.get(id) ?? NaN),
    levels: prediction?.levels.map(({ value, label }) => ({ value, label })) ?? [],
  }
}

/** Nothing for parameters that this version no longer knows. */
function predictionsOf(system: System, params: Readonly<Record<string, ParamValue>>): readonly Prediction[] {
  const { values, issues } = checkParams(system.params, params)
  return issues.length > 0 ? [] : system.theory(values)
}
