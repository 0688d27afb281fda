import { norm } from '#main/compute/linalg/index'
import type { ParameterArrays, Snapshot } from '#main/core/snapshot'
import { totalGradient } from './totalGradient'

/** Euclidean norm over all blocks of a gradient. */
export function gradientNorm(gradient: ParameterArrays): number {
  return norm(Float64Array.from(Object.values(gradient), (block) => norm(block)))
}

/** ‖∇L‖ of the whole loss, data and λ terms, in all parameters. Theory note 01, section 4. */
export async function totalGradientNorm(snapshot: Snapshot): Promise<number> {
  return gradientNorm(await totalGradient(snapshot))
}
