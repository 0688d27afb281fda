import { LabError } from '#shared/errors'
import { parseMatrixReference, type ImportedMatrix } from '#shared/importedMatrix'
import { parseParams, type ParamSchema, type ParamsOf, type ParamValues } from '#shared/params'
import type { RunSpec } from '#shared/spec'
import type { MatrixLibrary, Resources, System } from '../core/system'

type WithMatrices = Pick<Resources, 'matrices'>

/** The references to imported matrices among the values, by parameter. */
function referencesIn(schema: ParamSchema, values: Readonly<Record<string, unknown>>): [name: string, text: string][] {
  return Object.entries(schema).flatMap(([name, { type }]): [string, string][] => {
    const value = values[name]
    return type === 'matrix' && typeof value === 'string' && value !== '' ? [[name, value]] : []
  })
}

/** The values with every name of a matrix completed to its reference. @throws LabError 'not-found', with the parameter in its details */
export function withReferences<P extends Readonly<Record<string, unknown>>>(
  schema: ParamSchema,
  values: P,
  resources: WithMatrices,
): P {
  const named = referencesIn(schema, values).map(([param, text]) => {
    try {
      return [param, libraryOf(resources).reference(text)] as const
    } catch (thrown) {
      const { code, message, details } = LabError.from(thrown)
      throw new LabError(code, message, { ...details, param }, { cause: thrown })
    }
  })
  return { ...values, ...Object.fromEntries(named) }
}

/** What a system gets: every reference replaced by its matrix. @throws LabError 'not-found' */
export function resolveMatrices<S extends ParamSchema>(
  schema: S,
  params: ParamsOf<S>,
  resources: WithMatrices,
): ParamsOf<S> {
  const loaded = referencesIn(schema, params).map(([name, text]) => [name, libraryOf(resources).load(text)] as const)
  return { ...params, ...Object.fromEntries(loaded) }
}

/** The parameters of a stored spec as its system gets them. @throws LabError as `parseParams` and `resolveMatrices` */
export function runParams({ params }: System, spec: RunSpec, resources: WithMatrices): ParamsOf<ParamSchema> {
  return resolveMatrices(params, parseParams(params, spec.params), resources)
}

/** A matrix beside its reference. */
export interface LoadedMatrix {
  readonly reference: string
  readonly matrix: ImportedMatrix
}

/** Every matrix that a spec needs: what its worker gets beside it. A stored spec holds full references only. */
export function matricesOf(params: ParamValues, library: MatrixLibrary): readonly LoadedMatrix[] {
  const references = Object.values(params).filter(
    (value) => typeof value === 'string' && parseMatrixReference(value).digest !== null,
  )
  return references.map((reference) => ({ reference: String(reference), matrix: library.load(String(reference)) }))
}

/** A library of exactly these. */
export function libraryFrom(matrices: readonly LoadedMatrix[]): MatrixLibrary {
  function find(text: string) {
    const found = matrices.find(({ reference }) => reference === text)
    if (found) return found
    throw new LabError('internal', `The job came without the imported matrix "${text}".`)
  }
  return { reference: (text) => find(text).reference, load: (text) => find(text).matrix }
}

function libraryOf({ matrices }: WithMatrices): MatrixLibrary {
  if (matrices) return matrices
  throw new LabError('unavailable', 'Imported matrices belong to a project, and none is open here.')
}
