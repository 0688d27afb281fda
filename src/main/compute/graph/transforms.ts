import { LabError } from '#shared/errors'
import { definitionOf } from './graph'
import { sameShape, type Node } from './node'
import { add, fill, scale, spread, subtract, total } from './ops'
import type { Derivative } from './primitives/definition'

/**
 * Reverse mode: (∂output/∂wrt)ᵀ cotangent for each node of `wrt`, as nodes of the same graph, so that transforms nest.
 * Any node may stand in `wrt`, also an intermediate one; zero where the output does not depend on it.
 */
export function vjp(output: Node, cotangent: Node, wrt: readonly Node[]): Node[] {
  if (!sameShape(output.shape, cotangent.shape)) {
    throw new LabError(
      'shape',
      `vjp: output [${output.shape.join()}] and cotangent [${cotangent.shape.join()}] differ.`,
    )
  }
  const { found: relevant, multiples } = dependents([output], wrt)
  const cotangents = new Map<Node, Node>([[output, cotangent]])
  // Ids grow from inputs to outputs, so descending ids visit every node after all of its users.
  for (const node of [...relevant].sort((a, b) => b.id - a.id)) {
    const arriving = cotangents.get(node)
    if (!arriving) continue
    const passed = definitionOf(node.primitive).vjp(node, node.primitive, arriving)
    node.inputs.forEach((source, i) => {
      const share = passed[i]
      if (!share || !relevant.has(source)) return
      const earlier = cotangents.get(source)
      cotangents.set(source, earlier ? add(earlier, share) : share)
    })
  }
  return wrt.map((node) => {
    const shares = [...multiples].flatMap(([multiple, { of, ratio }]) => {
      const arriving = of === node ? cotangents.get(multiple) : undefined
      return arriving ? [scale(arriving, ratio)] : []
    })
    const own = cotangents.get(node)
    return [...(own ? [own] : []), ...shares].reduce(add, fill(node, node.shape, 0))
  })
}

/** Gradients of a scalar node. */
export function grad(loss: Node, wrt: readonly Node[]): Node[] {
  if (loss.shape.length !== 0) throw new LabError('shape', `grad: the loss has shape [${loss.shape.join()}], not [].`)
  return vjp(loss, fill(loss, [], 1), wrt)
}

/**
 * Forward mode: Σ_i (∂output/∂wrt_i) tangent_i for each output, as nodes of the same graph. Nodes of `wrt` are taken as
 * independent, also intermediate ones: jvp(grad(loss, [f]), [f], [u]) is the loss Hessian in f times u.
 */
export function jvp(outputs: readonly Node[], wrt: readonly Node[], tangents: readonly Node[]): Node[] {
  const known = new Map<Node, Derivative>()
  wrt.forEach((node, i) => {
    const tangent = tangents[i]
    if (!tangent || !sameShape(tangent.shape, node.shape)) {
      throw new LabError('shape', `jvp: tangent ${i} does not have the shape [${node.shape.join()}].`)
    }
    known.set(node, tangent)
  })
  const { found, multiples } = dependents(outputs, wrt)
  for (const [multiple, { of, ratio }] of multiples) {
    const tangent = known.get(of)
    if (tangent) known.set(multiple, scale(tangent, ratio))
  }
  for (const node of [...found].sort((a, b) => a.id - b.id)) {
    if (known.has(node)) continue
    const arriving = node.inputs.map((source) => known.get(source) ?? null)
    known.set(node, definitionOf(node.primitive).jvp(node, node.primitive, arriving))
  }
  return outputs.map((node) => known.get(node) ?? fill(node, node.shape, 0))
}

/** ∇²loss · v: forward mode over reverse mode, one more pass of the cost of a gradient. */
export function hessianVectorProduct(loss: Node, wrt: readonly Node[], v: readonly Node[]): Node[] {
  return jvp(grad(loss, wrt), wrt, v)
}

/** G v = Jᵀ (∇²_f loss) J v, with J the Jacobian of `logits`; positive semidefinite for a loss convex in its logits. */
export function gaussNewtonProduct(loss: Node, logits: Node, wrt: readonly Node[], v: readonly Node[]): Node[] {
  const tangents = jvp([logits], wrt, v)
  const curved = jvp(grad(loss, [logits]), [logits], tangents)
  return curved.flatMap((cotangent) => vjp(logits, cotangent, wrt))
}

/** E v = ∇²loss v − G v: what the curvature of the logits adds. */
export function residualProduct(loss: Node, logits: Node, wrt: readonly Node[], v: readonly Node[]): Node[] {
  const gaussNewton = gaussNewtonProduct(loss, logits, wrt, v)
  return hessianVectorProduct(loss, wrt, v).map((full, i) => {
    const part = gaussNewton[i]
    return part ? subtract(full, part) : full
  })
}

/**
 * (1/N) Σ_i g_i g_iᵀ v with g_i the gradient of loss i in `wrt`; where `centred`, (1/N) Σ_i (g_i − ḡ)(g_i − ḡ)ᵀ v, which
 * only takes the mean off the slopes ⟨g_i, v⟩. One tangent pass and one cotangent pass over the parameters of `wrt` alone,
 * and never a gradient of one sample. Theory note 04, b3.
 *
 * @param losses [N], one loss for each sample
 * @throws LabError 'shape' if the losses are no list
 */
export function gradientMomentProduct(
  losses: Node,
  wrt: readonly Node[],
  v: readonly Node[],
  { centred = false }: { readonly centred?: boolean } = {},
): Node[] {
  const [N, ...rest] = losses.shape
  if (N === undefined || rest.length > 0) {
    throw new LabError('shape', `gradientMomentProduct: losses of shape [${losses.shape.join()}]; give a list of them.`)
  }
  return jvp([losses], wrt, v).flatMap((slopes) => {
    const deviations = centred ? subtract(slopes, spread(scale(total(slopes), 1 / N), [N])) : slopes
    return vjp(losses, scale(deviations, 1 / N), wrt)
  })
}

/** The same product as an intermediate node of `wrt` but for its factor: that node, scaled. */
type Multiples = ReadonlyMap<Node, { readonly of: Node; readonly ratio: number }>

/** The nodes on a path from some node of `wrt` to some output, both included. */
function dependents(outputs: readonly Node[], wrt: readonly Node[]): { found: Set<Node>; multiples: Multiples } {
  const all = ancestors(outputs)
  const multiples = multiplesOf(wrt, all)
  const starts = [...wrt, ...multiples.keys()]
  const found = new Set<Node>(starts)
  const visited = new Map<Node, boolean>(starts.map((node) => [node, true]))
  for (const node of all) {
    if (visited.has(node)) continue
    const depends = node.inputs.some((source) => visited.get(source) === true)
    visited.set(node, depends)
    if (depends) found.add(node)
  }
  return { found, multiples }
}

/**
 * `scale` folds its factor into the product it is given, so that −f of logits f = W h is a product of W and h of its own
 * and no longer an expression in f. A derivative with respect to f has to count it as one.
 */
function multiplesOf(wrt: readonly Node[], nodes: readonly Node[]): Multiples {
  const multiples = new Map<Node, { of: Node; ratio: number }>()
  for (const of of wrt) {
    const factor = factorOf(of)
    if (factor === null) continue
    for (const node of nodes) {
      const other = wrt.includes(node) ? null : factorOf(node)
      if (other !== null && isSameButFactor(node, of)) multiples.set(node, { of, ratio: other / factor })
    }
  }
  return multiples
}

function factorOf({ primitive }: Node): number | null {
  if (primitive.op === 'scale') return primitive.factor
  return primitive.op === 'matmul' || primitive.op === 'batchMatmul' ? primitive.alpha : null
}

function isSameButFactor(a: Node, b: Node): boolean {
  if (!a.inputs.every((input, i) => input === b.inputs[i])) return false
  const [left, right] = [a.primitive, b.primitive]
  if (left.op === 'scale') return right.op === 'scale'
  if (left.op === 'matmul' && right.op === 'matmul') {
    return left.transposeA === right.transposeA && left.transposeB === right.transposeB
  }
  return (
    left.op === 'batchMatmul' &&
    right.op === 'batchMatmul' &&
    left.transposeA === right.transposeA &&
    left.transposeB === right.transposeB &&
    left.reduce === right.reduce
  )
}

/** Everything the outputs are computed from, themselves included, inputs first. */
export function ancestors(outputs: readonly Node[]): Node[] {
  const seen = new Set<Node>()
  const waiting = [...outputs]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    waiting.push(...node.inputs)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}
