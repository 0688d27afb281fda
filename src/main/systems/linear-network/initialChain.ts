import { LabError } from '#shared/errors'
import type { Random } from '#main/compute/rng/random'
import type { ParameterArrays } from '#main/core/snapshot'

export type InitKind = 'orthogonal' | 'normal' | 'uniform'

/**
 * W_l(0) of every layer, each from the stream of its own name. Theory note 05, section 0.
 *
 * orthogonal: ε times Haar-distributed orthonormal rows or columns, whichever are fewer; normal: N(0, ε²/d_{l−1});
 * uniform: the same variance on ±ε √(3/d_{l−1}).
 */
export function initialChain(
  widths: readonly number[],
  { kind, scale }: { kind: InitKind; scale: number },
  random: Random,
): ParameterArrays {
  const entries = widths.slice(1).map((rows, i) => {
    const cols = widths[i]!
    const name = `W${i + 1}`
    return [name, drawn(kind, rows, cols, random.derive(name)).map((value) => scale * value)] as const
  })
  return Object.fromEntries(entries)
}

function drawn(kind: InitKind, rows: number, cols: number, random: Random): Float64Array {
  if (kind === 'orthogonal') return random.orthogonal(rows, cols)
  if (kind === 'normal') return random.normal(rows * cols).map((z) => z / Math.sqrt(cols))
  return random.uniform(rows * cols).map((u) => (2 * u - 1) * Math.sqrt(3 / cols))
}

/** @throws LabError 'bad-input' for a kind that does not exist */
export function initKind(value: string): InitKind {
  if (value === 'orthogonal' || value === 'normal' || value === 'uniform') return value
  throw new LabError('bad-input', `Initialisation "${value}": expected orthogonal, normal or uniform.`)
}
