import type { UfmConfig } from '#main/systems/deep-ufm/config'

/** Configuration S of theory note 01. */
export const small: UfmConfig = { K: 3, n: 5, widths: [10, 10, 10], lamH: 5e-3, lamW: [5e-3, 5e-3, 5e-3] }

/** Different depths, widths and decays; all have a collapsed solution. */
export const varied: readonly UfmConfig[] = [
  small,
  { K: 2, n: 1, widths: [3], lamH: 0.01, lamW: [0.03] },
  { K: 3, n: 4, widths: [7, 3], lamH: 0.002, lamW: [0.01, 0.02] },
  { K: 4, n: 2, widths: [9, 6, 8, 5], lamH: 0.001, lamW: [0.002, 0.004, 0.001, 0.003] },
  { K: 3, n: 5, widths: [8, 8, 8], lamH: 0.08, lamW: [0.08, 0.08, 0.08] },
]
