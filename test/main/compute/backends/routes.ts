import type { Backend } from '#main/compute/backends/backend'
import { findBlas } from '#main/compute/backends/cpu/blas'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import { type Precision, precisions } from './reference'

/** One way, in one precision, to multiply matrices; null where this machine lacks it. */
export interface Route {
  readonly name: string
  readonly precision: Precision
  readonly create: (() => Promise<Backend>) | null
}

const library = await findBlas('auto')
if (!library) console.warn('No BLAS library found: the tests of that route are skipped.')

export const routes: readonly Route[] = precisions.flatMap((precision) => {
  const { dtype } = precision
  const usable = dtype === 'float64' || library?.sgemm ? library : null
  return [
    { name: `embedded, ${dtype}`, precision, create: () => createCpuBackend({ dtype, blas: 'embedded' }) },
    {
      name: `${library ? `${library.name} ${library.version}` : 'BLAS'}, ${dtype}`,
      precision,
      create: usable && (() => createCpuBackend({ dtype, blas: usable.path, products: 'all' })),
    },
    {
      name: `chosen by size, ${dtype}`,
      precision,
      create: usable && (() => createCpuBackend({ dtype, blas: usable.path })),
    },
  ]
})
