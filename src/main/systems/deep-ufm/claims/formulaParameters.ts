import { factorShapes, type UfmConfig } from '../config'
import type { UfmParameters } from '../dncParameters'

/** Amplitude and phase of one factor's entries. */
export interface Wave {
  readonly amp: number
  readonly phase: number
}

/**
 * Parameters without random numbers: X[i][j] = amp sin(phase + 1.3 k + 0.07 k²), k = i cols + j, for H_1, W_1 … W_L.
 * The quadratic phase gives full rank (theory note 01, pitfall 11).
 */
export function formulaParameters(config: UfmConfig, waves: readonly Wave[]): UfmParameters {
  const entries = factorShapes(config).map(([rows, cols], layer) => {
    const { amp, phase } = waves[layer]!
    const values = formulaVector(rows * cols, phase).map((value) => amp * value)
    return [layer === 0 ? 'H1' : `W${layer}`, values] as const
  })
  return Object.fromEntries(entries)
}

/** v[k] = sin(phase + 1.3 k + 0.07 k²). */
export function formulaVector(length: number, phase: number): Float64Array {
  return Float64Array.from({ length }, (_, k) => Math.sin(phase + 1.3 * k + 0.07 * k * k))
}
