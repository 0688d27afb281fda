import { LabError } from '#shared/errors'
import type { ParameterArrays } from '#main/core/snapshot'

/** The array of one parameter. */
export function arrayOf(arrays: ParameterArrays, name: string): Float64Array {
  const found = arrays[name]
  if (!found) throw new LabError('internal', `The snapshot has no array for parameter ${name}.`, { name })
  return found
}
