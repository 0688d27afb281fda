import { labelOutliers } from '#shared/outliers'
import type { SpectrumMeta } from '#shared/records'
import type { ParameterSpec } from '#main/core/model'
import type { Snapshot } from '#main/core/snapshot'
import { behindEachOther } from './analysisSearch'
import { TRAINED_COPIES_WITHIN } from './copiesOf'
import { parameterReading } from './eigenvectorReading'

/**
 * The classes and pairs of classes that the leading eigenvectors of a Hessian lie along, in groups of (nearly) equal
 * eigenvalues: what an analysis says of kept eigenvectors, for a record that keeps none. Theory note 01, section 4.
 *
 * @param parameters of the Hessian, in the order of the model
 * @param values descending
 * @param vectors unit eigenvectors of the leading values
 * @returns nothing where the parameters have no class directions, or there is no eigenvector
 */
export async function outlierLabels(
  snapshot: Snapshot,
  parameters: readonly ParameterSpec[],
  values: Float64Array,
  vectors: readonly Float64Array[],
): Promise<Pick<SpectrumMeta, 'labelled'>> {
  if (vectors.length === 0) return {}
  const { alignedWith, alignment } = await parameterReading(snapshot, parameters)
  if (!alignedWith) return {}
  const rows = behindEachOther(vectors.map((vector) => alignment(vector)))
  const width = TRAINED_COPIES_WITHIN * Math.abs(values[0] ?? 0)
  const known = { alignedWith, count: vectors.length, data: rows }
  return { labelled: labelOutliers(values.slice(0, vectors.length), known, width) }
}
