import type { Node } from './node'
import { matmul, scale } from './ops'
import { ancestors } from './transforms'

/**
 * The same value with every chain of matrix products multiplied in the cheapest order.
 *
 * W_L ⋯ W_1 H with a K-row head costs 2 d² N flops a layer from the right and 2 K d² from the left; gradients and
 * Hessian products derived from the result inherit the order. Equal up to rounding. Products that something outside
 * their chain also uses (features with a nonlinearity, say) stay as they are.
 */
export function reassociate(output: Node): Node {
  const nodes = ancestors([output])
  const uses = new Map<Node, number>()
  for (const source of nodes.flatMap((node) => node.inputs)) uses.set(source, (uses.get(source) ?? 0) + 1)
  const rebuilt = new Map<Node, Node>()
  const rebuiltOf = (node: Node): Node => rebuilt.get(node) ?? node

  /** The factors of a product whose partial products nobody else uses, and the product of their alphas. */
  function factorsOf(node: Node, isRoot: boolean): { factors: readonly Node[]; alpha: number } {
    const { primitive, inputs } = node
    const isLink = primitive.op === 'matmul' && !primitive.transposeA && !primitive.transposeB
    if (!isLink || (!isRoot && uses.get(node) !== 1)) return { factors: [rebuiltOf(node)], alpha: 1 }
    const parts = inputs.map((source) => factorsOf(source, false))
    return {
      factors: parts.flatMap((part) => part.factors),
      alpha: parts.reduce((product, part) => product * part.alpha, primitive.alpha),
    }
  }

  for (const node of nodes) {
    const { factors, alpha } = factorsOf(node, true)
    if (factors.length > 2) rebuilt.set(node, scale(multiplyChain(factors), alpha))
    else if (node.inputs.some((source) => rebuilt.has(source))) {
      rebuilt.set(node, node.graph.apply(node.primitive, node.inputs.map(rebuiltOf)))
    }
  }
  return rebuiltOf(output)
}

/**
 * M_1 M_2 ⋯ M_m in the order of least multiplications (Cormen et al., Introduction to Algorithms, section 14.2);
 * ties go to the leftmost split, so that the result does not depend on anything but the shapes.
 */
function multiplyChain(factors: readonly Node[]): Node {
  const extents = [factors[0]!.shape[0]!, ...factors.map((factor) => factor.shape[1]!)]
  const best = new Map<string, { cost: number; node: Node }>()
  function product(from: number, to: number): { cost: number; node: Node } {
    if (from === to) return { cost: 0, node: factors[from]! }
    const key = `${from} ${to}`
    const known = best.get(key)
    if (known) return known
    let [cost, split] = [Infinity, from]
    for (let middle = from; middle < to; middle++) {
      const joining = extents[from]! * extents[middle + 1]! * extents[to + 1]!
      const candidate = product(from, middle).cost + product(middle + 1, to).cost + joining
      if (candidate < cost) [cost, split] = [candidate, middle]
    }
    const found = { cost, node: matmul(product(from, split).node, product(split + 1, to).node) }
    best.set(key, found)
    return found
  }
  return product(0, factors.length - 1).node
}
