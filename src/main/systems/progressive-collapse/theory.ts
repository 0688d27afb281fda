/** Sizes of a linear network on K balanced classes of n. Theory note 05, S-B. */
export interface CollapseSizes {
  readonly K: number
  readonly n: number
  /** L */
  readonly depth: number
  /** ε */
  readonly initScale: number
}

/**
 * Upper bound 2 (√K + 1) ε² of D_{l+1}/D_l, l = 0 … L − 2, at a balanced minimum whose layers keep d − 2K singular
 * values ε. Vacuous from about ε = 0.45 on. Theory note 05, S-B ("Bound").
 */
export function separationBound({ K, initScale }: Pick<CollapseSizes, 'K' | 'initScale'>): number {
  return 2 * (Math.sqrt(K) + 1) * initScale ** 2
}

/**
 * ε² n^{−1/L}: the exact D_{l+1}/D_l of a perfectly aligned network; after gradient descent 0.93 to 0.99 times as much.
 * Theory note 05, S-B ("Sharper").
 */
export function alignedRatio({ n, depth, initScale }: Omit<CollapseSizes, 'K'>): number {
  return initScale ** 2 * n ** (-1 / depth)
}

/** D_0 = (d − K)/(K − 1) of a square orthogonal X, d = K n. Theory note 05, S-B. */
export function inputSeparation({ K, n }: Pick<CollapseSizes, 'K' | 'n'>): number {
  return (K * n - K) / (K - 1)
}

/** The K learned singular values n^{1/(2L)} of each layer. Theory note 05, S-B ("Spectrum after training"). */
export function learnedValue({ n, depth }: Pick<CollapseSizes, 'n' | 'depth'>): number {
  return n ** (1 / (2 * depth))
}
