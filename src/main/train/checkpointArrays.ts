import { LabError } from '#shared/errors'
import type { Dtype } from '../compute/backends/backend'
import { sameShape, type Shape } from '../compute/graph/node'
import { dtypeOf, type Checkpoint, type CheckpointArray } from '../core/checkpoint'

/** Values as a backend gave them, in its own precision: float32 values are float64 numbers that fit exactly. */
export function checkpointArray(name: string, shape: Shape, values: Float64Array, dtype: Dtype): CheckpointArray {
  return { name, shape, data: dtype === 'float64' ? values : Float32Array.from(values) }
}

/** The values of one array as a backend takes them. @throws LabError 'shape' if there is none of this kind */
export function checkpointValues(checkpoint: Checkpoint, name: string, shape: Shape, dtype: Dtype): Float64Array {
  const found = checkpoint.arrays.find((array) => array.name === name)
  if (!found) {
    const names = checkpoint.arrays.map((array) => array.name).join(', ')
    throw new LabError('shape', `The checkpoint at step ${checkpoint.step} has no "${name}"; it has ${names}.`)
  }
  if (!sameShape(found.shape, shape) || dtypeOf(found.data) !== dtype) {
    const given = `${dtypeOf(found.data)} [${found.shape.join(', ')}]`
    throw new LabError('shape', `"${name}" of the checkpoint is ${given}; expected ${dtype} [${shape.join(', ')}].`)
  }
  return found.data instanceof Float64Array ? found.data : Float64Array.from(found.data)
}
