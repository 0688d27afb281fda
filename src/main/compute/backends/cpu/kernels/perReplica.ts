import type { Op, PrimitiveOf } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import { scaledStack } from './elementwise'
import { coefficientsOfParts, misfit, two, type CpuCall, type CpuKernel } from './kernel'

/**
 * The kernel of one replica, bound to each of them and run in order: the same arithmetic by construction. The order
 * matters, because elementwise kernels write whole vectors and so may touch the first elements of the next part.
 */
export function perReplica(
  bindOne: <O extends Op>(primitive: PrimitiveOf<O>, call: CpuCall) => Kernel,
): CpuKernel<'perReplica'> {
  return {
    bind(call, { primitive, stacked, count }) {
      const { inputs, output } = call
      if (output.shape[0] !== count) throw misfit('perReplica', `[${output.shape.join(', ')}] for ${count} replicas`)
      // It may add to what is there, and must then not touch the next part.
      if (primitive.op === 'scaleBy') {
        const [s, x] = two(inputs, 'scaleBy')
        return scaledStack('scaleBy', call, s, x, 1)
      }
      const { scale, keep, forEach } = coefficientsOfParts('perReplica', call)
      const kernels = Array.from({ length: count }, (_, r) =>
        bindOne(primitive, {
          ...call,
          inputs: inputs.map((buffer, i) => (stacked[i] ? buffer.part(r) : buffer)),
          output: output.part(r),
          scale,
          keep,
          replicas: null,
        }),
      )
      return forEach((r) => kernels[r]!())
    },
  }
}
