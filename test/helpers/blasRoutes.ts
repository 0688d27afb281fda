import { createBackend } from '#main/compute/backends/select'
import { hostBlasInUse, useHostBlas } from '#main/compute/linalg/index'

const backend = await createBackend()
backend.dispose()
const library = hostBlasInUse()
useHostBlas(null)

/** Products by our own loops and by the system's library; the suite skips the latter aloud where there is none. */
export const blasRoutes = [
  { name: 'own loops', present: true, blas: null },
  { name: 'a system BLAS', present: library !== null, blas: library },
] as const
