import type { Node } from './node'
import { ancestors } from './transforms'

/** What a loss c/2 ‖A S − B‖² sees of the samples: the inputs S (d × N) and B (K × N), one column for each. */
export interface SampleChain {
  readonly samples: Node
  readonly targets: Node
}

/**
 * The samples of a loss that is c/2 ‖A_m ⋯ A_1 S − B‖²_F with inputs S and B of which no A_l knows anything; null for
 * every other loss. Then ∂/∂A_l and ∂/∂S are products in which samples meet only as S Sᵀ, B Sᵀ, A S and B: right-multiplied
 * by any orthonormal basis of the joint row space of S and B, the loss and its gradients in A_l stay the same.
 *
 * A nonlinearity, a bias (it adds a row of ones to the space), a mask or a softmax breaks the pattern, and is refused.
 */
export function sampleChain(loss: Node): SampleChain | null {
  const error = withoutScales(loss)
  const [a, b] = error.inputs
  if (error.primitive.op !== 'squaredError' || !a || !b) return null
  return chainBeside(a, b) ?? chainBeside(b, a)
}

function chainBeside(output: Node, targets: Node): SampleChain | null {
  if (targets.primitive.op !== 'input') return null
  const factors: Node[] = []
  let node = output
  while (node.primitive.op === 'matmul' && !node.primitive.transposeB) {
    const [left, right] = node.inputs
    if (!left || !right) return null
    factors.push(left)
    node = right
  }
  const samples = node
  const isFree = factors.length > 0 && samples.primitive.op === 'input' && samples !== targets
  const reached = ancestors(factors)
  return isFree && !reached.includes(samples) && !reached.includes(targets) ? { samples, targets } : null
}

function withoutScales(node: Node): Node {
  const [operand] = node.inputs
  return node.primitive.op === 'scale' && operand ? withoutScales(operand) : node
}
