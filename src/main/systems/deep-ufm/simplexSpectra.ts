import { LabError } from '#shared/errors'
import { depthOf, factorDecays, type UfmConfig } from './config'
import type { SimplexSolution } from './crossEntropy'
import { present, type Level } from './spectra'

/**
 * Every eigenvalue of the Hessian of the loss, weight decay included, over all parameters at the simplex solution of the
 * linear cross-entropy model with one weight decay λ. Theory note 02, D5, whose table is for equal widths; for unequal
 * ones the counts follow per layer (ours; the test compares them with a dense Hessian).
 *
 * With κ = K − 1, in units of λ: 0 along rotations between the layers; 2 and 1 in directions without logits; 1 + t/K and
 * 1 + t p within the classes; and of the logit changes, with r = t(p − q)(1 − 2/K): antisymmetric (L+1)(1 + t/K),
 * symmetric (1−L) + (L+1)t/K, which is negative above λ_psd, the scale (1−L) + (L+1)t p, and κ pairs, the eigenvalues of
 *
 *   [a b; b c],  a = (1−L) + (L+1)(t/K + r),  b = t(p − q)√((L+1)/K (1 − 2/K)),  c = 1 + t/K + t(p − q)/K.
 *
 * @returns levels whose copies sum to the number of parameters
 * @throws LabError 'bad-input' for unequal weight decays, for which no closed form is known
 */
export function simplexFullLevels(config: UfmConfig, { t, p, q }: SimplexSolution): Level[] {
  const { K, n, widths, lamH: lambda } = config
  if (factorDecays(config).some((decay) => decay !== lambda)) {
    throw new LabError('bad-input', 'Full Hessian of the simplex solution: give all factors the same weight decay.')
  }
  const L = depthOf(config)
  const kappa = K - 1
  const N = K * n
  const antisymmetric = (K * (K - 1)) / 2
  const signal = sum(widths.map((d) => kappa * d))
  const idle = widths.map((d) => d - kappa)
  const unseen = sum(idle.slice(1).map((above, i) => above * idle[i]!)) + idle[L - 1]! + idle[0]! * (N - kappa) + kappa
  const share = t / K
  const coupling = t * (p - q)
  const a = 1 - L + (L + 1) * (share + coupling * (1 - 2 / K))
  const b = coupling * Math.sqrt(((L + 1) / K) * (1 - 2 / K))
  const c = 1 + share + coupling / K
  // Eigenvalues of [a b; b c]; K = 2 has b = 0 and no first direction.
  const half = Math.hypot((a - c) / 2, b)
  const pairs: Level[] =
    K === 2
      ? [{ value: c, copies: 1, label: 'class means' }]
      : [
          { value: (a + c) / 2 + half, copies: kappa, label: 'class means' },
          { value: (a + c) / 2 - half, copies: kappa, label: 'class means' },
        ]
  const levels: Level[] = [
    { value: 0, copies: signal - L * antisymmetric, label: 'rotations' },
    { value: 2, copies: sum(idle) * kappa + L * antisymmetric, label: 'balance of neighbouring factors' },
    { value: 1, copies: unseen, label: 'unseen by the logits' },
    { value: 1 + share, copies: N * (K - 2) - K * (K - 2), label: 'within class' },
    { value: 1 + t * p, copies: K * (n - 1), label: 'within class' },
    { value: (L + 1) * (1 + share), copies: (kappa * (K - 2)) / 2, label: 'antisymmetric logits' },
    { value: 1 - L + (L + 1) * share, copies: K >= 4 ? (K * (K - 3)) / 2 : 0, label: 'symmetric logits' },
    { value: 1 - L + (L + 1) * t * p, copies: 1, label: 'scale' },
    ...pairs,
  ]
  return present(levels.map((level) => ({ ...level, value: lambda * level.value })))
}

/** Norms of a spectrum that measure the flatness of a minimum. Theory note 02, D8. */
export interface HessianNorms {
  readonly frobenius: number
  /** Largest magnitude. */
  readonly spectral: number
  readonly trace: number
}

export function hessianNorms(eigenvalues: ArrayLike<number>): HessianNorms {
  let [squares, largest, trace] = [0, 0, 0]
  for (let i = 0; i < eigenvalues.length; i++) {
    const value = eigenvalues[i]!
    squares += value ** 2
    largest = Math.max(largest, Math.abs(value))
    trace += value
  }
  return { frobenius: Math.sqrt(squares), spectral: largest, trace }
}

/** How many eigenvalues are negative, zero and positive. */
export interface Inertia {
  readonly negative: number
  readonly zero: number
  readonly positive: number
}

/** Zeros are those within 10⁻⁶ λ: the cut is relative to the weight decay, not to the largest eigenvalue (pitfall 6). */
export function inertiaOf(eigenvalues: ArrayLike<number>, weightDecay: number): Inertia {
  const cut = 1e-6 * weightDecay
  let [negative, positive] = [0, 0]
  for (let i = 0; i < eigenvalues.length; i++) {
    if (eigenvalues[i]! < -cut) negative++
    if (eigenvalues[i]! > cut) positive++
  }
  return { negative, zero: eigenvalues.length - negative - positive, positive }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
