// The float64 kernels of the CPU backend. Pointers are byte addresses of row-major arrays.
//
// The host promises: every buffer starts on 64 bytes and owns its last started 64 bytes, and the 64 bytes after the
// last buffer of the memory may be read. So elementwise kernels work on whole vectors and have no tails, and reads may
// run a little past the end of a row. Elementwise kernels may write over their inputs; all others may not.
export { gemm } from './gemm'
export { add, axpby, axpbyBy, fill, multiply, relu, step, subtract } from './elementwise'
export { tanh } from './hyperbolic'
export { sum, total } from './reduce'
export { pad, repeat, slice, transpose } from './layout'
export { softmax } from './softmax'
export { softmaxCrossEntropy, squaredError } from './losses'
export { firstFreeByte } from './scratch'
