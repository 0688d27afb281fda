import { LabError } from '#shared/errors'

/**
 * Effective rank exp(−Σ p_i ln p_i), p_i = σ_i / Σ σ: from 1 for rank one to the number of equal singular values.
 *
 * Roy & Vetterli 2007, EUSIPCO, "The effective rank"; used by Arora et al. 2019, arXiv:1905.13655.
 *
 * @throws LabError 'degenerate' for a zero matrix
 */
export function effectiveRank(singularValues: Float64Array): number {
  const sum = singularValues.reduce((total, sigma) => total + sigma, 0)
  if (!(sum > 0)) throw new LabError('degenerate', 'effectiveRank: all singular values are zero.')
  const entropy = singularValues.reduce(
    (total, sigma) => (sigma > 0 ? total - (sigma / sum) * Math.log(sigma / sum) : total),
    0,
  )
  return Math.exp(entropy)
}
