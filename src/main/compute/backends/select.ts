import { LabError } from '#shared/errors'
import { useLapack } from '../linalg'
import type { Backend, Dtype } from './backend'
import { findBlas, type BlasChoice } from './cpu/blas'
import { createCpuBackend } from './cpu/cpuBackend'

export interface BackendOptions {
  readonly id?: 'cpu' | 'gpu'
  readonly dtype?: Dtype
  /** See CpuOptions. */
  readonly blas?: BlasChoice
}

/**
 * The only place that names backends. Also hands the library's LAPACK, if any, to linalg/, so that a process computes
 * all its dense algebra by one library.
 *
 * @throws LabError 'unavailable' for what this installation lacks
 */
export async function createBackend({
  id = 'cpu',
  dtype = 'float64',
  blas = 'auto',
}: BackendOptions = {}): Promise<Backend> {
  if (id === 'gpu') {
    throw new LabError(
      'unavailable',
      'No GPU backend is installed. It needs the optional package @tensorflow/tfjs-node-gpu and an NVIDIA driver; ' +
        'choose the CPU backend until then.',
      { id },
    )
  }
  useLapack((await findBlas(blas))?.lapack ?? null)
  return createCpuBackend({ dtype, blas })
}

export { type BlasReport, describeBlas } from './cpu/describeBlas'
export { probeBlasBy } from './cpu/blas'
export { PROBE_TIMEOUT_MS, type RunProbe } from './cpu/blasProbe'
