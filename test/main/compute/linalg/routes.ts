import { findBlas } from '#main/compute/backends/cpu/blas'
import type { LapackLibrary } from '#main/compute/linalg/index'

const library = await findBlas('auto')
if (!library?.lapack) console.warn('No LAPACK library found: the tests of that route are skipped.')

export const lapack: LapackLibrary | null = library?.lapack ?? null

export const routes: readonly { name: string; present: boolean; lapack: LapackLibrary | null }[] = [
  { name: 'own code', present: true, lapack: null },
  { name: library ? `LAPACK of ${library.name}` : 'LAPACK', present: lapack !== null, lapack },
]
