import { random } from '#main/compute/rng/index'
import type { Backend, DeviceBuffer } from '#main/compute/backends/backend'
import type { Primitive } from '#main/compute/graph/primitive'

export interface HostArray {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export function normalArray(shape: readonly number[], seed: number): HostArray {
  return { shape, data: random(seed, 'test').normal(shape.reduce((product, extent) => product * extent, 1)) }
}

export function upload(backend: Backend<'float64'>, { shape, data }: HostArray): DeviceBuffer<'float64'> {
  const buffer = backend.alloc(shape)
  backend.upload(data, buffer)
  return buffer
}

/** Runs one kernel once; every buffer is given back. */
export async function compute(
  backend: Backend<'float64'>,
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
export function ulps(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(b))))
  return Math.abs(a - b) / 2 ** (exponent - 52)
}
