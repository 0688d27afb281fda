/** Depth, equal width and rank of the logits. */
interface SpaceSize {
  readonly L: number
  readonly d: number
  readonly r: number
}

/**
 * D_r = L(r d − r(r+1)/2): dimension of the set of parameters with the same critical logits of rank r, an orbit of O(d)^L
 * with stabiliser O(d − r)^L, whether or not singular values coincide. It is the nullity of the Hessian. Theory note 02, D7.
 */
export function orbitDimension({ L, d, r }: SpaceSize): number {
  return L * (r * d - (r * (r + 1)) / 2)
}

/**
 * The dimension that Garrod & Keating 2024, arXiv:2410.23169 count: Grassmannians, L r (d − r), where singular values
 * coincide. It does not match the nullity of the Hessian; distinct singular values give `orbitDimension`. Note 02, D7.
 */
export function paperDimension({ L, d, r }: SpaceSize): number {
  return L * r * (d - r)
}

/** R(d) = D_{K−1}/D_r: how much larger the solutions with collapse are; rises with d towards (K − 1)/r. Note 02, D7. */
export function dimensionRatio({ L, d, K, r }: SpaceSize & { readonly K: number }): number {
  return orbitDimension({ L, d, r: K - 1 }) / orbitDimension({ L, d, r })
}

/** The same ratio by the paper's count; null at d = r, where it leaves a point. */
export function paperRatio({ L, d, K, r }: SpaceSize & { readonly K: number }): number | null {
  const below = paperDimension({ L, d, r })
  return below === 0 ? null : paperDimension({ L, d, r: K - 1 }) / below
}
