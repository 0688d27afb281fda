// The kernels of the CPU backend, in the precision Real (see real.d.ts). Pointers are byte addresses of row-major arrays.
//
// The host promises: every buffer starts on 64 bytes and owns its last started 64 bytes, and the 64 bytes after the
// last buffer of the memory may be read. So elementwise kernels work on whole vectors and have no tails, and reads may
// run a little past the end of a row. Elementwise kernels may write over their inputs; all others may not.
export { gemm } from './gemm'
export { axpbyStack, gemmStack } from './stacks'
export { add, axpby, axpbyBy, divide, fill, greater, multiply, relu, step, subtract, where } from './elementwise'
export { exp, log, log1p, power, sigmoid, softplus } from './transcendental'
export { normalCdf } from './normal'
export { tanh } from './hyperbolic'
export { sum, total } from './reduce'
export { pad, permute, repeat, slice, transpose } from './layout'
export { gather, oneHot, scatterAdd } from './indexing'
export { columnsToImage, imageToColumns } from './convolution'
export { poolWinners, spreadPool, sumPool } from './pooling'
export { logSumExp, softmax, softmaxError } from './softmax'
export { softmaxCrossEntropy, squaredError } from './losses'
export { firstFreeByte } from './scratch'
