import { LabError } from '#shared/errors'
import type { Op, Primitive, PrimitiveOf } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import * as contraction from './contraction'
import * as elementwise from './elementwise'
import * as images from './images'
import * as indexing from './indexing'
import type { CpuCall, CpuKernel } from './kernel'
import * as layout from './layout'
import * as reductions from './reductions'
import { perReplica } from './perReplica'

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
  perReplica: perReplica(bindKernel),
}

export function bindKernel<O extends Op>(primitive: PrimitiveOf<O>, call: CpuCall): Kernel {
  const kernel: CpuKernel<O> = kernels[primitive.op]
  return kernel.bind(call, primitive)
}

export function accumulates(primitive: Primitive, perReplica: boolean): boolean {
  if (primitive.op === 'perReplica') return accumulates(primitive.primitive, false)
  const { accumulates: how } = kernels[primitive.op]
  return perReplica ? how === 'each replica' : how !== undefined
}
