import type { Backend } from '../backend'

export interface ProductCase {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/**
 * GFLOP/s of one product. The best of several timings, because others may be using the machine.
 * @param milliseconds the clock: on the wall, or of the processor's time
 */
export function productSpeed(
  backend: Backend,
  { m, n, k, transposeA = false, transposeB = false }: ProductCase,
  milliseconds: () => number = () => performance.now(),
): number {
  const inputs = [backend.alloc(transposeA ? [k, m] : [m, k]), backend.alloc(transposeB ? [n, k] : [k, n])]
  for (const input of inputs) backend.upload(sample(input.shape), input)
  const output = backend.alloc([m, n])
  const primitive = { op: 'matmul', transposeA, transposeB, alpha: 1 } as const
  const multiply = backend.kernel({ primitive, inputs, output, scale: 1, keep: 0 })
  const operations = 2 * m * n * k
  const repeats = Math.min(50_000, Math.ceil(2e7 / operations))
  let best = Infinity
  for (let trial = 0; trial < 12; trial++) {
    const start = milliseconds()
    for (let i = 0; i < repeats; i++) multiply()
    best = Math.min(best, (milliseconds() - start) / repeats)
  }
  for (const buffer of [...inputs, output]) backend.free(buffer)
  return operations / best / 1e6
}

function sample([rows = 0, cols = 0]: readonly number[]): Float64Array {
  return Float64Array.from({ length: rows * cols }, (_, i) => (i % 7) - 3)
}
