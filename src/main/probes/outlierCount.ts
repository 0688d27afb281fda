import type { Model } from '#main/core/model'

/**
 * Outliers of a layer's Hessian by the theory count: K² for MSE, (K − 1)² for cross-entropy.
 *
 * Theory note 01, section 7, rule (a). Derived for collapsed linear models; for other networks it is the number to
 * compare with, not a promise.
 */
export function outlierCount({ loss, classes }: Model): number {
  return loss === 'mse' ? classes ** 2 : (classes - 1) ** 2
}
