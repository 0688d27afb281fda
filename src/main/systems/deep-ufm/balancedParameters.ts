import { LabError } from '#shared/errors'
import { svd } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { depthOf, factorDecays, factorShapes, meanDecay, type UfmConfig } from './config'
import type { UfmParameters } from './dncParameters'

/** A singular value below this fraction of the largest is rounding (theory note 02, pitfall 11). */
const NEGLIGIBLE = 1e-12

/**
 * The cheapest factors of given outputs Z = U diag(σ) Vᵀ: W_L = [U s, 0], W_l = diag(s, 0), H_1 = [s Vᵀ; 0] with
 * s_j = σ^{1/(L+1)} √(λ̄/λ_j), λ̄ the geometric mean of the decays, so that λ_j s_j² is the same for every factor.
 *
 * Theory note 02, D3, "balanced factorisation of any target"; the unequal decays are ours.
 * @param Z K × N
 * @throws LabError 'shape' if Z does not fit the configuration; 'bad-input' for a layer narrower than the rank of Z
 */
export function balancedParameters(config: UfmConfig, Z: Matrix): UfmParameters {
  const shapes = factorShapes(config)
  const L = depthOf(config)
  const [K, N] = [shapes[L]![0], shapes[0]![1]]
  if (Z.rows !== K || Z.cols !== N) {
    throw new LabError('shape', `Balanced factors: outputs of ${Z.rows} × ${Z.cols}, expected K × N = ${K} × ${N}.`)
  }
  const { u, s, vt } = svd(Z)
  const rank = s.filter((sigma) => sigma > NEGLIGIBLE * s[0]!).length
  const narrow = config.widths.findIndex((width) => width < rank)
  if (narrow >= 0) {
    const width = config.widths[narrow]!
    const message = `Balanced factors: layer ${narrow + 1} of width ${width} cannot carry rank ${rank}; widen it.`
    throw new LabError('bad-input', message, { layer: narrow + 1, width, rank })
  }
  const mean = meanDecay(config)
  const decays = factorDecays(config)
  return Object.fromEntries(
    shapes.map(([rows, cols], j) => {
      const data = new Float64Array(rows * cols)
      for (let i = 0; i < rank; i++) {
        const size = s[i]! ** (1 / (L + 1)) * Math.sqrt(mean / decays[j]!)
        if (j === 0) for (let b = 0; b < cols; b++) data[i * cols + b] = size * vt.data[i * cols + b]!
        else if (j === L) for (let a = 0; a < rows; a++) data[a * cols + i] = size * u.data[a * u.cols + i]!
        else data[i * cols + i] = size
      }
      return [j === 0 ? 'H1' : `W${j}`, data]
    }),
  )
}
