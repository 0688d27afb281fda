import type { Matrix } from '#main/compute/matrix'
import type { Model } from '#main/core/model'

/** A linear network from ε-orthogonal weights, with what its invariant block follows from. Theory note 05, S-A. */
export interface BlockModel extends Model {
  readonly invariantBlock: {
    /** Φ = Y Xᵀ, d_y × d; made when first asked for. */
    phi(): Matrix
    /** Predicted singular value of the block after so many steps; ε at 0. */
    rho(step: number): number
  }
}

export function isBlockModel(model: Model): model is BlockModel {
  return 'invariantBlock' in model
}
