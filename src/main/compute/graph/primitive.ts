/**
 * What each primitive needs besides its inputs. Matrices are row-major; "axis" counts from 0.
 * To add a primitive: a line here, a record in primitives/, a kernel in each backend. The compiler names what is missing.
 */
export interface PrimitiveAttributes {
  /** A value from outside: parameter, data or tangent. */
  input: { readonly name: string }
  /** Every element has this value. */
  fill: { readonly value: number; readonly shape: readonly number[] }
  /** alpha · op(a) op(b); a and b are matrices, op transposes if asked. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number }
  add: object
  subtract: object
  multiply: object
  /** factor · x */
  scale: { readonly factor: number }
  /** s · x with a scalar node s. */
  scaleBy: object
  relu: object
  /** 1 where x > 0, else 0: the derivative of relu, with relu'(0) = 0. */
  step: object
  tanh: object
  /** Sum over one axis, which disappears. */
  sum: { readonly axis: number }
  /** Inserts an axis of the given extent and repeats along it: the transpose of `sum`. */
  repeat: { readonly axis: number; readonly extent: number }
  /** Sum of all elements: a scalar. */
  total: object
  transpose: object
  reshape: { readonly shape: readonly number[] }
  /** Elements start … start + extent − 1 along one axis. */
  slice: { readonly axis: number; readonly start: number; readonly extent: number }
  /** Zeros before and after along one axis: the transpose of `slice`. */
  pad: { readonly axis: number; readonly before: number; readonly after: number }
  /** Column-wise softmax of a K × N matrix (over axis 0). */
  softmax: object
  /** Σ over columns of −Σ_k y_k log softmax(f)_k, for K × N logits f and targets y: a scalar. */
  softmaxCrossEntropy: object
  /** ½ Σ (a − b)²: a scalar. */
  squaredError: object
}

export type Op = keyof PrimitiveAttributes
export type PrimitiveOf<O extends Op> = { readonly op: O } & PrimitiveAttributes[O]
export type Primitive = { [O in Op]: PrimitiveOf<O> }[Op]
