/*
 * The language as its users write it: one function per primitive, and the compositions that need none of their own.
 * Constants and zeros are folded here, scales and transposes move into the matrix products they touch.
 */
export * from './ops/activations'
export * from './ops/arithmetic'
export * from './ops/contraction'
export * from './ops/convolution'
export * from './ops/indexing'
export * from './ops/layout'
export * from './ops/losses'
export * from './ops/normalisation'
export * from './ops/pooling'
export * from './ops/reductions'
