import { random } from '#main/compute/rng/index'
import type { Backend, DeviceBuffer, Dtype } from '#main/compute/backends/backend'
import type { Primitive } from '#main/compute/graph/primitive'

export interface HostArray {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

/** What a test has to know of a precision. */
export interface Precision {
  readonly dtype: Dtype
  /** Distance from 1 to the next number: 2^(1 − digits). */
  readonly epsilon: number
  readonly smallestExponent: number
  /** The nearest number of this precision. */
  readonly round: (value: number) => number
}

export const PRECISIONS: Readonly<Record<Dtype, Precision>> = {
  float64: { dtype: 'float64', epsilon: 2 ** -52, smallestExponent: -1022, round: (value) => value },
  float32: { dtype: 'float32', epsilon: 2 ** -23, smallestExponent: -126, round: Math.fround },
}
export const precisions = Object.values(PRECISIONS)

/** Numbers that the precision has, so that uploading them rounds nothing. */
export function normalArray(shape: readonly number[], seed: number, { round } = PRECISIONS.float64): HostArray {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return { shape, data: random(seed, 'test').normal(size).map(round) }
}

export function upload(backend: Backend, { shape, data }: HostArray): DeviceBuffer {
  const buffer = backend.alloc(shape)
  backend.upload(data, buffer)
  return buffer
}

/** Runs one kernel once; every buffer is given back. */
export async function compute(
  backend: Backend,
  primitive: Primitive,
  inputs: readonly HostArray[],
  shape: readonly number[],
  { scale = 1, keep = 0, before = NaN }: { scale?: number; keep?: number; before?: number | Float64Array } = {},
): Promise<Float64Array> {
  const buffers = inputs.map((input) => upload(backend, input))
  const output = backend.alloc(shape)
  const size = shape.reduce((product, extent) => product * extent, 1)
  backend.upload(typeof before === 'number' ? new Float64Array(size).fill(before) : before, output)
  backend.kernel({ primitive, inputs: buffers, output, scale, keep })()
  const result = await backend.download(output)
  for (const buffer of [...buffers, output]) backend.free(buffer)
  return result
}

/** op(a) op(b) by the definition. */
export function naiveProduct(a: HostArray, b: HostArray, transposeA: boolean, transposeB: boolean): Float64Array {
  const [rowsA = 0, colsA = 0] = a.shape
  const [rowsB = 0, colsB = 0] = b.shape
  const [m, k] = transposeA ? [colsA, rowsA] : [rowsA, colsA]
  const n = transposeB ? rowsB : colsB
  const product = new Float64Array(m * n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) {
        const left = a.data[transposeA ? p * colsA + i : i * colsA + p]!
        const right = b.data[transposeB ? j * colsB + p : p * colsB + j]!
        product[i * n + j] = product[i * n + j]! + left * right
      }
    }
  }
  return product
}

export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN
  return Array.from(a).reduce((gap, value, i) => Math.max(gap, Math.abs(value - b[i]!)), 0)
}

/** |a − b| in units of the last place of b. */
export function ulps(a: number, b: number, { epsilon, smallestExponent } = PRECISIONS.float64): number {
  if (Object.is(a, b) || a === b) return 0
  const exponent = Math.max(smallestExponent, Math.floor(Math.log2(Math.abs(b))))
  return Math.abs(a - b) / (2 ** exponent * epsilon)
}
