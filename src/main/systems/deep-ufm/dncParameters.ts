import { LabError } from '#shared/errors'
import { checkConfig, factorShapes, type UfmConfig } from './config'

/** Values of H_1, W_1 … W_L by name, row-major. */
export type UfmParameters = Readonly<Record<string, Float64Array>>

/**
 * Parameters of the MSE solution of theory note 01, 5.1, with a fixed choice of frames: H_1 = h/√n U_1 (I_K ⊗ 1_nᵀ),
 * W_l = w_l U_{l+1} U_lᵀ, U_{L+1} = I_K, column c of U_l (d_l × K) the DCT vector number l + c.
 *
 * @param singularValues h, w_1 … w_L
 * @throws LabError 'bad-input' for a width below K + l, which has too few DCT vectors
 */
export function dncParameters(config: UfmConfig, singularValues: readonly number[]): UfmParameters {
  const { K, widths } = config
  const frames = widths.map((width, i) => dctFrame(width, i + 1, K))
  return assemble(config, [...frames, identity(K)], singularValues)
}

/**
 * Parameters of the cross-entropy solution of theory note 01, 5.7: as above with the frames U_l = V_l Bᵀ of rank K − 1,
 * U_{L+1} = B Bᵀ, B the DCT vectors 1 … K − 1 of length K and V_l the DCT vectors l … l + K − 2 of length d_l.
 */
export function simplexDncParameters(config: UfmConfig, singularValues: readonly number[]): UfmParameters {
  const { K, widths } = config
  const basis = dctFrame(K, 1, K - 1)
  const frames = widths.map((width, i) => timesTransposed(dctFrame(width, i + 1, K - 1), basis))
  return assemble(config, [...frames, timesTransposed(basis, basis)], singularValues)
}

/** A frame as its rows: row i of a d × K matrix. */
type Frame = readonly (readonly number[])[]

function assemble(config: UfmConfig, frames: readonly Frame[], singularValues: readonly number[]): UfmParameters {
  checkConfig(config)
  const { n } = config
  const parameters: Record<string, Float64Array> = {}
  factorShapes(config).forEach(([rows, cols], j) => {
    const scale = singularValues[j]! / (j === 0 ? Math.sqrt(n) : 1)
    const left = frames[j === 0 ? 0 : j]!
    const right = j === 0 ? null : frames[j - 1]!
    const data = new Float64Array(rows * cols)
    for (let a = 0; a < rows; a++) {
      for (let b = 0; b < cols; b++) {
        data[a * cols + b] = scale * (right ? inner(left[a]!, right[b]!) : left[a]![Math.floor(b / n)]!)
      }
    }
    parameters[j === 0 ? 'H1' : `W${j}`] = data
  })
  return parameters
}

/** `count` orthonormal DCT-II vectors of length d as columns, numbers first … first + count − 1. */
function dctFrame(d: number, first: number, count: number): Frame {
  if (first + count > d) {
    throw new LabError(
      'bad-input',
      `DNC parameters: layer ${first} of width ${d} needs the DCT vectors ${first} to ${first + count - 1}, ` +
        `but only numbers up to ${d - 1} exist. Use a width of at least ${first + count}.`,
      { d, first, count },
    )
  }
  return Array.from({ length: d }, (_, i) =>
    Array.from({ length: count }, (_, c) => Math.sqrt(2 / d) * Math.cos((Math.PI * (i + 0.5) * (first + c)) / d)),
  )
}

function identity(K: number): Frame {
  return Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i === j ? 1 : 0)))
}

function timesTransposed(left: Frame, right: Frame): Frame {
  return left.map((row) => right.map((other) => inner(row, other)))
}

function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
