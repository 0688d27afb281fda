import { LabError } from '#shared/errors'
// oxlint-disable-next-line import/default -- the build compiles this import, see build/assemblyscript.ts
import bytes from './assembly/index.ts?wasm-source'

/** Byte offset into the backend's memory. */
export type Offset = number

type Map1 = (x: Offset, y: Offset, n: number) => void
type Map2 = (a: Offset, b: Offset, y: Offset, n: number) => void

/** What assembly/index.ts exports. Formulas and promises about the operands are documented there. */
export interface WasmKernels {
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Offset,
    b: Offset,
    keep: number,
    c: Offset,
  ): void
  fill(y: Offset, n: number, value: number): void
  add: Map2
  subtract: Map2
  multiply: Map2
  axpby(x: Offset, y: Offset, n: number, scale: number, keep: number): void
  axpbyBy(s: Offset, x: Offset, y: Offset, n: number, scale: number, keep: number): void
  relu: Map1
  step: Map1
  tanh: Map1
  total: Map1
  sum(x: Offset, y: Offset, outer: number, extent: number, inner: number): void
  repeat(x: Offset, y: Offset, outer: number, extent: number, inner: number): void
  transpose(x: Offset, y: Offset, rows: number, cols: number): void
  slice(x: Offset, y: Offset, outer: number, whole: number, start: number, taken: number): void
  pad(x: Offset, y: Offset, outer: number, before: number, given: number, after: number): void
  softmax(f: Offset, p: Offset, K: number, N: number): void
  softmaxCrossEntropy(f: Offset, y: Offset, loss: Offset, K: number, N: number): void
  squaredError(a: Offset, b: Offset, loss: Offset, n: number): void
  firstFreeByte(): Offset
}

const NAMES = {
  gemm: true,
  fill: true,
  add: true,
  subtract: true,
  multiply: true,
  axpby: true,
  axpbyBy: true,
  relu: true,
  step: true,
  tanh: true,
  total: true,
  sum: true,
  repeat: true,
  transpose: true,
  slice: true,
  pad: true,
  softmax: true,
  softmaxCrossEntropy: true,
  squaredError: true,
  firstFreeByte: true,
} satisfies Record<keyof WasmKernels, true>

let compiled: Promise<WebAssembly.Module> | null = null

/** Binds the kernels to one memory. The module is compiled once per process. */
export async function instantiateKernels(memory: WebAssembly.Memory): Promise<WasmKernels> {
  compiled ??= WebAssembly.compile(bytes)
  const { exports } = await WebAssembly.instantiate(await compiled, { env: { memory } })
  if (!areKernels(exports)) {
    throw new LabError('internal', 'The WebAssembly kernels do not export what wasm.ts lists. Build again.')
  }
  return exports
}

function areKernels(exports: object): exports is WasmKernels {
  return Object.keys(NAMES).every((name) => typeof Reflect.get(exports, name) === 'function')
}
