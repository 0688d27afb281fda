/** How many numbers an array of a shape has. */
export { sizeOf } from '../compute/graph/node'

/** Numbers in the precision that they were computed in. */
export interface FloatArrays {
  readonly float64: Float64Array
  readonly float32: Float32Array
}
export type FloatDtype = keyof FloatArrays
export type FloatArray = FloatArrays[FloatDtype]

export interface CheckpointArray {
  /** Of a parameter as in the model, or of the optimiser's state: 'velocity W1'. */
  readonly name: string
  readonly shape: readonly number[]
  readonly data: FloatArray
}

/**
 * Everything that the next step of a training depends on beside its recipe: the trained arrays and the optimiser's
 * state, in their own precision. The order of mini-batches and the learning rate follow from the step.
 */
export interface Checkpoint {
  /** Steps taken. */
  readonly step: number
  /** Parameters in the order of the model, then the optimiser's state. */
  readonly arrays: readonly CheckpointArray[]
}

/** A state that a run can go on from: everything up to its step was measured. */
export interface ResumePoint {
  readonly checkpoint: Checkpoint
  /** What the run would report if the loss diverged next. */
  readonly lastFiniteLoss: number
}

export function dtypeOf(data: FloatArray): FloatDtype {
  return data instanceof Float64Array ? 'float64' : 'float32'
}
