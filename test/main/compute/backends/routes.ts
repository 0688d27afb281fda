import type { Backend } from '#main/compute/backends/backend'
import { findBlas } from '#main/compute/backends/cpu/blas'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'

/** One way to multiply matrices; null where this machine lacks it. */
export interface Route {
  readonly name: string
  readonly create: (() => Promise<Backend<'float64'>>) | null
}

const library = await findBlas('auto')
if (!library) console.warn('No BLAS library found: the tests of that route are skipped.')

export const routes: readonly Route[] = [
  { name: 'embedded', create: () => createCpuBackend({ blas: 'embedded' }) },
  {
    name: library ? `${library.name} ${library.version}` : 'BLAS',
    create: library && (() => createCpuBackend({ blas: library.path, products: 'all' })),
  },
  { name: 'chosen by size', create: library && (() => createCpuBackend({ blas: library.path })) },
]
