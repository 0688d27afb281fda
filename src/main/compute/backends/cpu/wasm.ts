import { LabError } from '#shared/errors'
import type { Dtype } from '../backend'
// oxlint-disable-next-line import/default -- the build compiles this import, see build/assemblyscript.ts
import float32 from './assembly/index.ts?wasm-source=f32'
// oxlint-disable-next-line import/default -- likewise
import float64 from './assembly/index.ts?wasm-source=f64'

/** Byte offset into the backend's memory. */
export type Offset = number

type Map1 = (x: Offset, y: Offset, n: number) => void
type Map2 = (a: Offset, b: Offset, y: Offset, n: number) => void
/** Along the middle axis of outer × extent × inner. */
type Along = (x: Offset, y: Offset, outer: number, extent: number, inner: number) => void
type Indexed = (
  x: Offset,
  indices: Offset,
  y: Offset,
  outer: number,
  extent: number,
  inner: number,
  count: number,
) => void
/** Between images (first) and windows or their columns (second), over planes or channels; see assembly/pooling.ts. */
export type Windowed = (
  images: Offset,
  windows: Offset,
  planes: number,
  height: number,
  width: number,
  high: number,
  wide: number,
  windowY: number,
  windowX: number,
  strideY: number,
  strideX: number,
  padY: number,
  padX: number,
) => void

/** What assembly/index.ts exports, in either precision. Formulas and promises about the operands are documented there. */
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
  gemmStack(
    count: number,
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Offset,
    stepA: number,
    b: Offset,
    stepB: number,
    c: Offset,
    stepC: number,
    scale: number,
    keep: number,
    scales: Offset,
    keeps: Offset,
  ): void
  axpbyStack(
    count: number,
    n: number,
    factor: number,
    s: Offset,
    stepS: number,
    x: Offset,
    stepX: number,
    y: Offset,
    scale: number,
    keep: number,
    scales: Offset,
    keeps: Offset,
  ): void
  fill(y: Offset, n: number, value: number): void
  add: Map2
  subtract: Map2
  multiply: Map2
  divide: Map2
  greater: Map2
  where(condition: Offset, a: Offset, b: Offset, y: Offset, n: number): void
  axpby(x: Offset, y: Offset, n: number, scale: number, keep: number): void
  axpbyBy(s: Offset, x: Offset, y: Offset, n: number, scale: number, keep: number): void
  relu: Map1
  step: Map1
  tanh: Map1
  sigmoid: Map1
  softplus: Map1
  normalCdf: Map1
  exp: Map1
  log: Map1
  log1p: Map1
  power(x: Offset, y: Offset, n: number, exponent: number): void
  total: Map1
  sum: Along
  repeat: Along
  logSumExp: Along
  softmax: Along
  permute(
    x: Offset,
    y: Offset,
    e0: number,
    e1: number,
    e2: number,
    e3: number,
    e4: number,
    e5: number,
    s0: number,
    s1: number,
    s2: number,
    s3: number,
    s4: number,
    s5: number,
  ): void
  gather: Indexed
  scatterAdd: Indexed
  oneHot(indices: Offset, y: Offset, classes: number, count: number): void
  sumPool: Windowed
  /** From windows (first) to images (second). */
  spreadPool: Windowed
  poolWinners: Windowed
  imageToColumns: Windowed
  columnsToImage: Windowed
  transpose(x: Offset, y: Offset, rows: number, cols: number): void
  slice(x: Offset, y: Offset, outer: number, whole: number, start: number, taken: number): void
  pad(x: Offset, y: Offset, outer: number, before: number, given: number, after: number): void
  softmaxError(f: Offset, y: Offset, e: Offset, K: number, N: number): void
  softmaxCrossEntropy(f: Offset, y: Offset, loss: Offset, K: number, N: number): void
  squaredError(a: Offset, b: Offset, loss: Offset, n: number): void
  firstFreeByte(): Offset
}

const NAMES = {
  gemm: true,
  gemmStack: true,
  axpbyStack: true,
  fill: true,
  add: true,
  subtract: true,
  multiply: true,
  divide: true,
  greater: true,
  where: true,
  axpby: true,
  axpbyBy: true,
  relu: true,
  step: true,
  tanh: true,
  sigmoid: true,
  softplus: true,
  normalCdf: true,
  exp: true,
  log: true,
  log1p: true,
  power: true,
  total: true,
  sum: true,
  repeat: true,
  logSumExp: true,
  transpose: true,
  permute: true,
  slice: true,
  pad: true,
  gather: true,
  scatterAdd: true,
  oneHot: true,
  sumPool: true,
  spreadPool: true,
  poolWinners: true,
  imageToColumns: true,
  columnsToImage: true,
  softmax: true,
  softmaxError: true,
  softmaxCrossEntropy: true,
  squaredError: true,
  firstFreeByte: true,
} satisfies Record<keyof WasmKernels, true>

const BYTES = { float32, float64 } as const
const compiled = new Map<Dtype, Promise<WebAssembly.Module>>()

/** Binds the kernels of a precision to one memory. Its module is compiled once per process. */
export async function instantiateKernels(memory: WebAssembly.Memory, dtype: Dtype): Promise<WasmKernels> {
  const module = compiled.get(dtype) ?? WebAssembly.compile(BYTES[dtype])
  compiled.set(dtype, module)
  const { exports } = await WebAssembly.instantiate(await module, { env: { memory } })
  if (!areKernels(exports)) {
    throw new LabError('internal', 'The WebAssembly kernels do not export what wasm.ts lists. Build again.')
  }
  return exports
}

function areKernels(exports: object): exports is WasmKernels {
  return Object.keys(NAMES).every((name) => typeof Reflect.get(exports, name) === 'function')
}
