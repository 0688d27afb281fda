import { LabError } from '#shared/errors'
import type { Op, PrimitiveOf } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import * as contraction from './contraction'
import * as elementwise from './elementwise'
import * as images from './images'
import * as indexing from './indexing'
import type { CpuCall, CpuKernel } from './kernel'
import * as layout from './layout'
import * as reductions from './reductions'

const input: CpuKernel<'input'> = {
  bind(_call, { name }) {
    throw new LabError('internal', `The input "${name}" is uploaded, not computed.`, { name })
  },
}

/** One record per primitive: the compiler names a missing one. */
const kernels: { readonly [O in Op]: CpuKernel<O> } = {
  input,
  ...elementwise,
  ...contraction,
  ...images,
  ...layout,
  ...indexing,
  ...reductions,
}

export function bindKernel<O extends Op>(primitive: PrimitiveOf<O>, call: CpuCall): Kernel {
  const kernel: CpuKernel<O> = kernels[primitive.op]
  return kernel.bind(call, primitive)
}

export function accumulates(op: Op): boolean {
  return kernels[op].accumulates ?? false
}
