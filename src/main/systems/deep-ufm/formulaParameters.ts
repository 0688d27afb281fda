import { factorShapes, type UfmConfig } from './config'
import type { UfmParameters } from './dncParameters'

/** Amplitude and phase of one factor's entries. */
export interface Wave {
  readonly amp: number
  readonly phase: number
}

/** v[k] = sin(phase + linear k + quadratic k²). Without the quadratic term a matrix of them has rank 2. */
export interface Chirp {
  readonly linear: number
  readonly quadratic: number
}

/** The formula of theory note 01 (pitfall 11), and that of note 02 (pitfall 8). */
const NOTE_01: Chirp = { linear: 1.3, quadratic: 0.07 }
export const NOTE_02: Chirp = { linear: 0.8, quadratic: 0.13 }

/**
 * Parameters without random numbers: X[i][j] = amp sin(phase + 1.3 k + 0.07 k²), k = i cols + j, for H_1, W_1 … W_L.
 * The quadratic phase gives full rank (theory note 01, pitfall 11).
 */
export function formulaParameters(config: UfmConfig, waves: readonly Wave[], chirp = NOTE_01): UfmParameters {
  const entries = factorShapes(config).map(([rows, cols], layer) => {
    const { amp, phase } = waves[layer]!
    const values = formulaVector(rows * cols, phase, chirp).map((value) => amp * value)
    return [layer === 0 ? 'H1' : `W${layer}`, values] as const
  })
  return Object.fromEntries(entries)
}

/** Theory note 02's: a sin(phase + l + 0.8 k + 0.13 k²) for H_1 (l = 0) and W_l. */
export function chirpParameters(config: UfmConfig, amplitude: number, phase: number): UfmParameters {
  const waves = factorShapes(config).map((_, layer) => ({ amp: amplitude, phase: phase + layer }))
  return formulaParameters(config, waves, NOTE_02)
}

/** v[k] = sin(phase + 1.3 k + 0.07 k²), or with other numbers. */
export function formulaVector(length: number, phase: number, { linear, quadratic } = NOTE_01): Float64Array {
  return Float64Array.from({ length }, (_, k) => Math.sin(phase + linear * k + quadratic * k * k))
}
