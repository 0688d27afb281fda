import { LabError } from '#shared/errors'
import { qr } from '../linalg/qr'
import { matrix } from '../matrix'
import { philoxInPlace } from '#shared/philox'

/**
 * One stream of random numbers. It depends on its seed and name only: not on other streams, the backend or the order of
 * work. Within a stream, each call goes on where the last one ended.
 */
export interface Random {
  /** Uniform on [0, 1), multiples of 2⁻⁵³. */
  uniform(n: number): Float64Array
  /** Standard normal, by Box and Muller: exact in distribution up to rounding, largest possible value 8.57. */
  normal(n: number): Float64Array
  /** ±1 with equal probability. */
  signs(n: number): Float64Array
  /** 0 … n − 1 in uniformly random order. */
  permutation(n: number): Uint32Array
  /**
   * rows × cols, row-major, uniform (Haar) among matrices with orthonormal columns (rows ≥ cols) or rows (rows < cols):
   * Q of a Gaussian's QR with R's diagonal made positive. Mezzadri 2007, arXiv:math-ph/0609050.
   */
  orthogonal(rows: number, cols: number): Float64Array
  /** A stream of its own, from its beginning. */
  derive(name: string): Random
}

/**
 * @param seed an integer, 0 … 2⁵³ − 1
 * @param stream what the numbers are for; stored runs depend on it, so never rename one
 */
export function random(seed: number, stream: string): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new LabError('bad-input', `A seed is an integer from 0 to 2^53 − 1, not ${seed}.`, { seed })
  }
  return new PhiloxStream(seed, stream)
}

/** The key is the seed; the upper half of the counter is the hash of the name; the lower half counts blocks. */
class PhiloxStream implements Random {
  private readonly block = new Uint32Array(4)
  private readonly name: readonly [number, number]
  private position = 0

  constructor(
    private readonly seed: number,
    private readonly stream: string,
  ) {
    this.name = hashName(stream)
  }

  derive(name: string): Random {
    return new PhiloxStream(this.seed, `${this.stream}/${name}`)
  }

  uniform(n: number): Float64Array {
    const values = new Float64Array(count(n))
    for (let i = 0; i < n; i += 2) {
      const words = this.nextBlock()
      values[i] = unit(words[0]!, words[1]!)
      if (i + 1 < n) values[i + 1] = unit(words[2]!, words[3]!)
    }
    return values
  }

  normal(n: number): Float64Array {
    const values = new Float64Array(count(n))
    for (let i = 0; i < n; i += 2) {
      const words = this.nextBlock()
      // 1 − u lies in (0, 1], where the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - unit(words[0]!, words[1]!)))
      const angle = 2 * Math.PI * unit(words[2]!, words[3]!)
      values[i] = radius * Math.cos(angle)
      if (i + 1 < n) values[i + 1] = radius * Math.sin(angle)
    }
    return values
  }

  signs(n: number): Float64Array {
    const values = new Float64Array(count(n))
    for (let i = 0; i < n; i += 128) {
      const words = this.nextBlock()
      for (let j = i; j < Math.min(n, i + 128); j++) values[j] = (words[(j - i) >> 5]! >>> (j & 31)) & 1 ? 1 : -1
    }
    return values
  }

  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: count(n) }, (_, i) => i)
    const words = this.words()
    for (let i = n - 1; i > 0; i--) {
      const j = below(i + 1, words)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return order
  }

  orthogonal(rows: number, cols: number): Float64Array {
    const [long, short] = [Math.max(rows, cols), Math.min(rows, cols)]
    const { q } = qr(matrix(long, short, this.normal(long * short)))
    if (rows >= cols) return q.data
    return Float64Array.from({ length: rows * cols }, (_, i) => q.data[(i % cols) * short + Math.floor(i / cols)]!)
  }

  private nextBlock(): Uint32Array {
    const { block } = this
    block[0] = this.position
    block[1] = this.position / 2 ** 32
    block[2] = this.name[0]
    block[3] = this.name[1]
    this.position++
    philoxInPlace(block, this.seed, this.seed / 2 ** 32)
    return block
  }

  private words(): () => number {
    let used = 4
    return () => {
      if (used === 4) {
        this.nextBlock()
        used = 0
      }
      return this.block[used++]!
    }
  }
}

/** 53 bits as a number in [0, 1). */
function unit(a: number, b: number): number {
  return ((a >>> 5) * 2 ** 26 + (b >>> 6)) * 2 ** -53
}

/** Uniform on 0 … limit − 1. The incomplete last interval is drawn again, so there is no bias. */
function below(limit: number, words: () => number): number {
  const complete = 2 ** 32 - (2 ** 32 % limit)
  for (;;) {
    const word = words()
    if (word < complete) return word % limit
  }
}

/** 64-bit FNV-1a of the name's UTF-8 bytes. */
function hashName(name: string): [number, number] {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)]
}

function count(n: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new LabError('bad-input', `Cannot draw ${n} random numbers.`, { n })
  return n
}
