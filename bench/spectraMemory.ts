import { random } from '../src/main/compute/rng/random'
import { extremeEigenpairs } from '../src/main/spectra/index'
import type { BenchOptions } from './benchmark'

const P = 2_000_000
/** 60 basis vectors, and twice 20 for what is locked: 100 vectors in float32. */
const SEARCH = { top: 20, maxBasis: 60, storage: 'float32', tolerance: 1e-6, method: 'lanczos' } as const

/** Peak of the whole process's memory over a search for 20 eigenpairs of a diagonal operator. */
export async function measureMemory({ emit }: BenchOptions): Promise<void> {
  // 20 separate values above a bulk between 0 and 1.
  const noise = random(0, 'diagonal').uniform(P)
  const values = noise.map((x, i) => (i < 20 ? 3 + i : x))
  const result = await extremeEigenpairs(
    {
      n: P,
      apply(x, y) {
        for (let i = 0; i < P; i++) y[i] = values[i]! * x[i]!
      },
    },
    SEARCH,
  )
  const described = { quantity: 'memory', P, vectors: 100, dtype: 'float32', stopped: result.stopped }
  const one = { bench: 'spectra', case: { ...described, products: result.products } }
  emit({ ...one, metric: 'peak memory, MB', value: (process.resourceUsage().maxRSS * 1024) / 1e6 })
}
