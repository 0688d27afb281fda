import type { Node } from '../node'
import { add, fill, multiply, scale, subtract } from './arithmetic'
import { softplus } from './activations'
import { total } from './reductions'

/** Softmax along an axis: of every column of a K × N matrix if not told otherwise. */
export function softmax(x: Node, axis = 0): Node {
  return x.graph.apply({ op: 'softmax', axis }, [x])
}

/**
 * Σ over columns of −Σ_k y_k log softmax(f)_k. The columns of the K × N targets sum to 1; they are constants.
 * Logits of −∞ are classes that cannot be.
 */
export function softmaxCrossEntropy(logits: Node, targets: Node): Node {
  return logits.graph.apply({ op: 'softmaxCrossEntropy' }, [logits, targets])
}

/**
 * softmax(f) − y, the gradient of `softmaxCrossEntropy`, without the cancellation of p − 1 at the true class: there it
 * is −Σ of the other probabilities, exact as long as those do not underflow (margins up to 708).
 */
export function softmaxError(logits: Node, targets: Node): Node {
  return logits.graph.apply({ op: 'softmaxError' }, [logits, targets])
}

/**
 * Σ −y log σ(f) − (1 − y) log σ(−f) for targets from 0 to 1, which are constants. Written with one softplus per
 * label, so that neither a perfect fit nor a hopeless one cancels, and neither do the derivatives.
 */
export function binaryCrossEntropy(logits: Node, targets: Node): Node {
  const others = subtract(fill(targets, targets.shape, 1), targets)
  const terms = [multiply(targets, softplus(scale(logits, -1))), multiply(others, softplus(logits))] as const
  return total(add(...terms))
}

/** ½ Σ (a − b)² */
export function squaredError(a: Node, b: Node): Node {
  return a.graph.apply({ op: 'squaredError' }, [a, b])
}
