import type { Node } from '../node'
import { add, fill, multiply, scale } from './arithmetic'
import { constantOf } from './node'

/** max(x, 0) with derivative 0 at 0. */
export function relu(x: Node): Node {
  return x.graph.apply({ op: 'relu' }, [x])
}

/** x where x > 0, else slope · x, which also gives the derivative at 0. */
export function leakyRelu(x: Node, slope: number): Node {
  return where(step(x), x, scale(x, slope))
}

/** 1 where x > 0, else 0. */
export function step(x: Node): Node {
  return x.graph.apply({ op: 'step' }, [x])
}

export function tanh(x: Node): Node {
  return x.graph.apply({ op: 'tanh' }, [x])
}

/** 1 / (1 + e⁻ˣ) with all its digits on both sides. */
export function sigmoid(x: Node): Node {
  return x.graph.apply({ op: 'sigmoid' }, [x])
}

/** log(1 + eˣ) with all its digits on both sides. */
export function softplus(x: Node): Node {
  return x.graph.apply({ op: 'softplus' }, [x])
}

/** The distribution function of the standard normal, with all its digits for negative x. */
export function normalCdf(x: Node): Node {
  return x.graph.apply({ op: 'normalCdf' }, [x])
}

/** x Φ(x): the exact form, not the one with tanh. Hendrycks & Gimpel 2016, arXiv:1606.08415. */
export function gelu(x: Node): Node {
  return multiply(x, normalCdf(x))
}

/** 1 where a > b, else 0. */
export function greater(a: Node, b: Node): Node {
  if (constantOf(b, a) === 0) return step(a)
  return a.graph.apply({ op: 'greater' }, [a, b])
}

/** a where the condition is not 0, else b; no derivative with respect to the condition. */
export function where(condition: Node, a: Node, b: Node): Node {
  const { primitive } = condition
  if (a === b) return a
  if (primitive.op === 'fill' && !Number.isNaN(primitive.value)) return primitive.value === 0 ? b : a
  return condition.graph.apply({ op: 'where' }, [condition, a, b])
}

/** The larger of the two; where they are equal, b with its derivative. */
export function maximum(a: Node, b: Node): Node {
  if (constantOf(b, a) === 0) return relu(a)
  return where(greater(a, b), a, b)
}

/** The smaller of the two; where they are equal, b with its derivative. */
export function minimum(a: Node, b: Node): Node {
  return where(greater(b, a), a, b)
}

/** x between two bounds; derivative 1 inside, 0 outside and at the bounds. */
export function clip(x: Node, low: number, high: number): Node {
  return minimum(maximum(x, fill(x, x.shape, low)), fill(x, x.shape, high))
}

/** |x| with derivative 0 at 0. */
export function abs(x: Node): Node {
  return add(relu(x), relu(scale(x, -1)))
}
