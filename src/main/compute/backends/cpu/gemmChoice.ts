import type { GemmProblem, GemmRoute } from './gemm'

/** What the choice between our kernel and the library depends on beside the shape. */
export interface LibraryTraits {
  /** As OpenBLAS names it; see BlasLibrary. */
  readonly core: string | null
  readonly numberBytes: number
}

/** Cores for which OpenBLAS has 512-bit vectors, and kernels for small matrices that need no packing. */
const WIDE_CORES = new Set<string | null>(['SkylakeX', 'Cooperlake', 'SapphireRapids'])

/**
 * Whether a product is faster in the library than in WebAssembly: below, the foreign call (0.15 µs) and the library's
 * packing cost more than its wider vectors gain. Rules and never timings, so that a run has the same bits each time.
 *
 * Measured with OpenBLAS 0.3.21 on one core, GFLOP/s in float64, ours against its Haswell and Cooperlake kernels:
 *
 *     A B,   4 × 32 × 32     30 : 20 : 46        Aᵀ B, 32 × 32 × 4       14 : 21 : 40
 *     A B,  10 × 64 × 64     31 : 31 : 109       Aᵀ B, 64 × 64 × 10      25 : 44 : 94
 *     A B,  10 × 128 × 128   32 : 21 : 98        Aᵀ B, 128 × 128 × 10    25 : 49 : 105
 *     A Bᵀ, 10 × 64 × 64     24 : 29 : 93        A B,  16 × 64 × 64      32 : 43
 */
export function prefersLibrary(
  { transposeA, transposeB, m, n, k }: Pick<GemmProblem, 'transposeA' | 'transposeB' | 'm' | 'n' | 'k'>,
  { core, numberBytes }: LibraryTraits,
): boolean {
  const [volume, side] = [m * n * k, Math.min(m, n)]
  if (WIDE_CORES.has(core)) return volume >= 4096 && side >= 4
  const bytes = volume * numberBytes
  // Of few terms to each sum, most of the work is reading and writing the result, where wide vectors gain most.
  if (k < side) return bytes >= 32_768 && side >= 16
  // Rows of op(B) a large power of two apart evict one another, which packing for ten rows does not pay for. It does
  // where op(B) comes from memory anyway: 10 × 1797 × 128 takes ours 0.48 ms and the library 0.24.
  const isNear = k * n * numberBytes < 2 ** 20
  const suffers = !transposeA && !transposeB && m < 12 && n * numberBytes >= 1024 && isNear
  return bytes >= 65_536 && side >= 8 && !suffers
}

export function chosenGemm(embedded: GemmRoute, blas: GemmRoute, traits: LibraryTraits): GemmRoute {
  const routeFor = (problem: GemmProblem): GemmRoute => (prefersLibrary(problem, traits) ? blas : embedded)
  return {
    fixed: (problem, a, b, c) => routeFor(problem).fixed(problem, a, b, c),
    moving: (problem) => routeFor(problem).moving(problem),
  }
}
