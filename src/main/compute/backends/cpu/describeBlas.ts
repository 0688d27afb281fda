import { type BlasChoice, searchBlas } from './blas'
import { blasAdvice } from './blasCandidates'
import { createCpuBackend } from './cpuBackend'
import { productSpeed } from './productSpeed'

/** GFLOP/s of a product of three size × size matrices. */
export interface ProductSpeed {
  readonly size: number
  readonly embedded: number
  readonly library: number | null
}

/** What a person needs to know about matrix products on this machine. */
export interface BlasReport {
  /** 'auto', 'embedded' or a path, after COLLAPSAR_BLAS. */
  readonly choice: BlasChoice
  readonly library: { name: string; version: string; path: string; threads: number; lapack: boolean } | null
  readonly refused: readonly { readonly path: string; readonly problem: string }[]
  readonly speed: readonly ProductSpeed[]
  /** What to install for more speed; null if a library was found. */
  readonly advice: string | null
}

const SIZES = [16, 64, 256] as const

/** Searches, loads and times: takes up to a second. Never throws for a library that does not work. */
export async function describeBlas(choice: BlasChoice = 'auto'): Promise<BlasReport> {
  const { library, refused, choice: asked } = await searchBlas(choice)
  const embedded = await createCpuBackend({ blas: 'embedded' })
  const foreign = library ? await createCpuBackend({ blas: library.path, products: 'all' }) : null
  const speed = SIZES.map((size) => ({
    size,
    embedded: productSpeed(embedded, { m: size, n: size, k: size }),
    library: foreign ? productSpeed(foreign, { m: size, n: size, k: size }) : null,
  }))
  embedded.dispose()
  foreign?.dispose()
  return {
    choice: asked,
    library: library && {
      name: library.name,
      version: library.version,
      path: library.path,
      threads: library.threads,
      lapack: library.lapack !== null,
    },
    refused,
    speed,
    advice: library ? null : blasAdvice(process.platform),
  }
}
