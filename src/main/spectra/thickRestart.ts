import type { LinearOperator } from '#main/core/linearOperator'
import { lanczosProcess, type LanczosProcess } from './lanczosProcess'
import { ritzVector, type RitzPairs } from './ritzPairs'

/**
 * Goes on with a Lanczos process in less memory: keeps its `keep` largest Ritz pairs and the direction of the next step.
 *
 * Wu & Simon 2000, SIAM J. Matrix Anal. Appl. 22, 602. The new basis is y_1 … y_k, q_{m+1}, …; T becomes diag(θ) with
 * couplings s_i = β_m S_mi to the column of q_{m+1} and is tridiagonal after it. Nothing about the kept pairs is lost,
 * so that convergence goes on much as without a restart.
 *
 * @param process not broken down
 * @param ritz of that process, as it is now
 * @param deflated the same vectors that the process was kept orthogonal to
 */
export function thickRestart(
  operator: LinearOperator,
  process: LanczosProcess,
  ritz: RitzPairs,
  keep: number,
  deflated: readonly Float64Array[],
): LanczosProcess {
  const m = ritz.nodes.length
  const lastBeta = process.beta.at(-1)!
  const chosen = Array.from({ length: keep }, (_, k) => m - 1 - k)
  return lanczosProcess(operator, process.next, {
    deflated,
    normFloor: process.normEstimate,
    kept: {
      values: Float64Array.from(chosen, (i) => ritz.nodes[i]!),
      vectors: chosen.map((i) => ritzVector(process.basis, ritz, i)),
      couplings: Float64Array.from(chosen, (i) => lastBeta * ritz.coefficients.data[(m - 1) * m + i]!),
    },
  })
}
