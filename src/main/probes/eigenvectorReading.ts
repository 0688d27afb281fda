import type { SpectrumMeta } from '#shared/records'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { ParameterSpec } from '#main/core/model'
import type { Snapshot } from '#main/core/snapshot'
import { centredMeans, classMeans } from './classMeans'
import { layerClassMeans } from './layerClassMeans'

type EigenvectorFacts = NonNullable<SpectrumMeta['eigenvectors']>

/** What the entries of an operator's eigenvectors mean. */
export interface EigenvectorReading extends Pick<EigenvectorFacts, 'parts' | 'alignedWith'> {
  /** ‖P_p v‖² of a unit eigenvector for every class or pair p; empty where there are none. */
  alignment(vector: Float64Array): Float64Array
}

/** Directions of one matrix-shaped part of an eigenvector: a_c ⊗ b_c′ for unit columns. */
interface PairDirections {
  readonly start: number
  /** rows × K and columns × K. */
  readonly above: Matrix
  readonly below: Matrix
}

/**
 * Eigenvectors over parameters, with the space of each pair of classes (c, c′): spanned by μ_c^{(l+1)} ⊗ μ_c′^{(l)} in
 * every weight matrix, and by μ_c ⊗ 1_c′ in free features. Theory note 01, section 4. For cross-entropy the means are
 * centred, because the frame it ends in is the simplex around the global mean.
 */
export async function parameterReading(
  snapshot: Snapshot,
  chosen: readonly ParameterSpec[],
): Promise<EigenvectorReading> {
  const { model, split } = snapshot
  const { classSizes } = split
  const layers = await snapshot.layers()
  const placed = classSizes.length === model.classes && model.classes > 1
  const about = (means: Matrix) => unitColumns(model.loss === 'ce' ? centredMeans(means) : means)
  const parts: EigenvectorFacts['parts'][number][] = []
  const directions: PairDirections[] = []
  let start = 0
  for (const { name, shape, kind, layer } of chosen) {
    const [rows = 1, ...rest] = shape
    const columns = rest.reduce((size, extent) => size * extent, 1)
    parts.push({ name, rows, columns })
    const state = layers.find((candidate) => candidate.layer === Math.max(1, layer))
    if (placed && state && kind === 'weight' && columns === state.input.rows && rows === state.output.rows) {
      const { above, below } = layerClassMeans(layers, state, classSizes)
      directions.push({ start, above: about(above), below: about(below) })
    }
    if (placed && state && kind === 'features' && rows === state.input.rows && columns === state.input.cols) {
      const above = about(classMeans(state.input, classSizes))
      directions.push({ start, above, below: unitColumns(indicators(classSizes)) })
    }
    start += rows * columns
  }
  const pairs = directions.length > 0
  return {
    parts,
    alignedWith: pairs ? 'classPairs' : null,
    alignment: (vector) => pairAlignment(vector, directions, pairs ? model.classes ** 2 : 0),
  }
}

/** Eigenvectors in a space of features, with the directions of the class means. @param means d × K */
export function featureReading(name: string, means: Matrix): EigenvectorReading {
  const directions = unitColumns(means)
  return {
    parts: [{ name, rows: means.rows, columns: 1 }],
    alignedWith: 'classes',
    alignment: (vector) =>
      matmul(directions, matrix(vector.length, 1, vector), { transposeA: true }).data.map((cosine) => cosine ** 2),
  }
}

/** Σ over the parts of (a_cᵀ V b_c′)²: parts are orthogonal to each other, so their shares add up. */
function pairAlignment(vector: Float64Array, directions: readonly PairDirections[], pairs: number): Float64Array {
  const shares = new Float64Array(pairs)
  for (const { start, above, below } of directions) {
    const size = above.rows * below.rows
    const V = matrix(above.rows, below.rows, vector.subarray(start, start + size))
    const cosines = matmul(matmul(above, V, { transposeA: true }), below)
    cosines.data.forEach((cosine, p) => (shares[p]! += cosine ** 2))
  }
  return shares
}

/** Columns of length 1; those that are zero stay so and are along nothing. */
function unitColumns({ rows, cols, data }: Matrix): Matrix {
  const scaled = matrix(rows, cols)
  for (let c = 0; c < cols; c++) {
    let square = 0
    for (let i = 0; i < rows; i++) square += data[i * cols + c]! ** 2
    for (let i = 0; i < rows && square > 0; i++) scaled.data[i * cols + c] = data[i * cols + c]! / Math.sqrt(square)
  }
  return scaled
}

/** N × K: which samples belong to which class. */
function indicators(classSizes: readonly number[]): Matrix {
  const K = classSizes.length
  const classOf = classSizes.flatMap((size, c) => Array<number>(size).fill(c))
  const indicator = matrix(classOf.length, K)
  classOf.forEach((c, i) => (indicator.data[i * K + c] = 1))
  return indicator
}
