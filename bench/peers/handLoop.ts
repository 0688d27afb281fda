import { LabError } from '#shared/errors'
import type { Dtype } from '../../src/main/compute/backends/backend'
import type { BlasLibrary } from '../../src/main/compute/backends/cpu/blas'
import { random } from '../../src/main/compute/rng/random'
import type { UfmCase } from '../ufmTraining'

const [ROW_MAJOR, PLAIN, TRANSPOSED] = [101, 111, 112]
const [RATE, DECAY] = [0.05, 5e-3]

/** An array inside the memory: what JavaScript sees of it, and its address for the library. */
interface Block {
  readonly values: Float64Array | Float32Array
  readonly at: number
}

/**
 * One step of the deep linear UFM as a person would write it for speed: gradients by hand, the K-row head multiplied
 * first, cblas through koffi on typed arrays over one WebAssembly.Memory, the step folded into the last product.
 * The same loss and step as startTraining and peers/torch_ufm.py. `error` is F − Y of the last step's start.
 */
export function handLoop(
  { L, d, K, n }: UfmCase,
  library: BlasLibrary,
  dtype: Dtype,
): { step: () => void; error: Float64Array | Float32Array } {
  const N = K * n
  const Numbers = dtype === 'float64' ? Float64Array : Float32Array
  const product = dtype === 'float64' ? library.dgemm : library.sgemm
  if (!product) throw new LabError('unavailable', `${library.name} multiplies no ${dtype} matrices.`)
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 })
  const base = library.addressOf(memory.buffer)
  let next = 0
  const block = (size: number, scale = 0): Block => {
    const values = new Numbers(memory.buffer, next, size)
    if (scale > 0) values.set(random(next, 'hand loop').normal(size).map((value) => value * scale)) // prettier-ignore
    const at = base + next
    next = Math.ceil((next + values.byteLength) / 64) * 64
    return { values, at }
  }
  const H = block(d * N, d ** -0.5)
  const W = Array.from({ length: L }, () => block(d * d, d ** -0.5))
  const head = block(K * d, d ** -0.5)
  const products = Array.from({ length: L }, () => block(K * d)) // head W_L ⋯ W_l
  const backs = Array.from({ length: L + 1 }, () => block(K * d)) // error H_lᵀ
  const error = block(K * N)
  const targets = Float64Array.from({ length: K * N }, (_, i) =>
    Math.floor((i % N) / n) === Math.floor(i / N) ? 1 : 0,
  )
  const [keep, scale] = [1 - RATE * DECAY, -RATE / N]

  const step = (): void => {
    let a = head.at
    for (let l = L - 1; l >= 0; l--) {
      product(ROW_MAJOR, PLAIN, PLAIN, K, d, d, 1, a, d, W[l]!.at, d, 0, products[l]!.at, d)
      a = products[l]!.at
    }
    const e = error.values
    for (let i = 0; i < e.length; i++) e[i] = targets[i]!
    product(ROW_MAJOR, PLAIN, PLAIN, K, N, d, 1, a, d, H.at, N, -1, error.at, N)
    product(ROW_MAJOR, PLAIN, TRANSPOSED, K, d, N, 1, error.at, N, H.at, N, 0, backs[0]!.at, d)
    for (let l = 0; l < L; l++) {
      product(ROW_MAJOR, PLAIN, TRANSPOSED, K, d, d, 1, backs[l]!.at, d, W[l]!.at, d, 0, backs[l + 1]!.at, d)
    }
    product(ROW_MAJOR, TRANSPOSED, PLAIN, d, N, K, scale, a, d, error.at, N, keep, H.at, N)
    for (let l = 0; l < L; l++) {
      const upper = l + 1 < L ? products[l + 1]!.at : head.at
      product(ROW_MAJOR, TRANSPOSED, PLAIN, d, d, K, scale, upper, d, backs[l]!.at, d, keep, W[l]!.at, d)
    }
    const [w, g] = [head.values, backs[L]!.values]
    for (let i = 0; i < w.length; i++) w[i] = keep * w[i]! + scale * g[i]!
  }
  return { step, error: error.values }
}
