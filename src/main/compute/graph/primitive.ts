/** Rows, then columns of an image. */
export type Pair = readonly [number, number]

/** How a window moves over images N × C × H × W: output (y, x) sees rows y · stride − padding and on. */
export interface Sliding {
  readonly stride: Pair
  readonly padding: Pair
}

/** Output channels and input channels come in this many groups that do not mix. */
export interface Convolution extends Sliding {
  readonly groups: number
}

export interface Pooling extends Sliding {
  readonly window: Pair
}

/**
 * What each primitive needs besides its inputs. Matrices are row-major; "axis" counts from 0.
 * To add a primitive: a line here, a record in primitives/, a kernel in each backend. The compiler names what is missing.
 */
export interface PrimitiveAttributes {
  /** A value from outside: parameter, data or tangent. With `below`, integers from 0 to below − 1. */
  input: { readonly name: string; readonly below?: number }
  /** Every element has this value. */
  fill: { readonly value: number; readonly shape: readonly number[] }

  /** alpha · op(a) op(b); a and b are matrices, op transposes if asked. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number }
  /**
   * The same for every matrix along equal leading axes; one operand may be a single matrix, shared by all.
   * With `reduce`, the products are summed to one matrix: the transpose with respect to a shared operand.
   */
  batchMatmul: {
    readonly transposeA: boolean
    readonly transposeB: boolean
    readonly alpha: number
    readonly reduce: boolean
  }
  /** y[n, o] = Σ_c x[n, c] ⋆ w[o, c]: cross-correlation of N × C × H × W with O × C / groups × h × w. */
  conv2d: Convolution
  /** From ȳ and w: the transpose of conv2d with respect to images of H × W = `image`. */
  conv2dInput: Convolution & { readonly image: Pair }
  /** From x and ȳ: the transpose of conv2d with respect to kernels of h × w = `window`. */
  conv2dKernel: Convolution & { readonly window: Pair }

  add: object
  subtract: object
  multiply: object
  divide: object
  /** factor · x */
  scale: { readonly factor: number }
  /** s · x with a scalar node s. */
  scaleBy: object
  /** x^exponent with a constant exponent. */
  power: { readonly exponent: number }
  exp: object
  log: object
  log1p: object

  relu: object
  /** 1 where x > 0, else 0: the derivative of relu, with relu'(0) = 0. */
  step: object
  tanh: object
  sigmoid: object
  /** log(1 + eˣ) */
  softplus: object
  /** Φ(x) = ½ erfc(−x / √2), with all its digits where it is small. */
  normalCdf: object
  /** 1 where a > b, else 0. */
  greater: object
  /** a where the condition is not 0, else b. */
  where: object

  /** Sum over one axis, which disappears. */
  sum: { readonly axis: number }
  /** Inserts an axis of the given extent and repeats along it: the transpose of `sum`. */
  repeat: { readonly axis: number; readonly extent: number }
  /** Sum of all elements: a scalar. */
  total: object
  /** log Σ eˣ over one axis, which disappears. */
  logSumExp: { readonly axis: number }

  /** Axis i of the result is axis axes[i] of the operand. */
  transpose: { readonly axes: readonly number[] }
  reshape: { readonly shape: readonly number[] }
  /** Elements start … start + extent − 1 along one axis. */
  slice: { readonly axis: number; readonly start: number; readonly extent: number }
  /** Zeros before and after along one axis: the transpose of `slice`. */
  pad: { readonly axis: number; readonly before: number; readonly after: number }

  /** From x and a list of indices: the elements at these places of one axis, in this order. */
  gather: { readonly axis: number }
  /** From x and a list of indices: adds the elements of one axis into these places of `extent`: the transpose of `gather`. */
  scatterAdd: { readonly axis: number; readonly extent: number }
  /** Indices of N samples as K × N: 1 at the index of each column. */
  oneHot: { readonly classes: number }

  /** Sum over each window, with zeros outside. */
  sumPool: Pooling
  /** The transpose of sumPool: each value added to all of its window, in images of H × W = `image`. */
  spreadPool: Pooling & { readonly image: Pair }
  /** Where in the flattened images each window's largest element lies; the first of equals. */
  poolWinners: Pooling

  /** eˣ / Σ eˣ along one axis. */
  softmax: { readonly axis: number }
  /** Σ over columns of −Σ_k y_k log softmax(f)_k, for K × N logits f and targets y: a scalar. */
  softmaxCrossEntropy: object
  /** softmax(f) − y for K × N, with all its digits where the fit is almost perfect. */
  softmaxError: object
  /** ½ Σ (a − b)²: a scalar. */
  squaredError: object

  /**
   * A primitive carried out for each of `count` replicas: result r from part r of the stacked inputs (along a leading
   * axis) and from the whole of the others, which all replicas share.
   */
  perReplica: { readonly primitive: Primitive; readonly stacked: readonly boolean[]; readonly count: number }
}

export type Op = keyof PrimitiveAttributes
export type PrimitiveOf<O extends Op> = { readonly op: O } & PrimitiveAttributes[O]
export type Primitive = { [O in Op]: PrimitiveOf<O> }[Op]
