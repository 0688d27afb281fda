import { LabError } from '#shared/errors'
import type { Backend, DeviceBuffer, Dtype } from '../backends/backend'
import { sizeOf, type Node } from '../graph/node'

/**
 * The values of a graph's inputs on a device. Every program over the same workspace sees the same parameters and data:
 * a training step that updates them in place, and the programs of the probes that only read.
 */
export class Workspace<D extends Dtype = Dtype> {
  readonly #buffers = new Map<Node, DeviceBuffer<D>>()

  constructor(readonly backend: Backend<D>) {}

  /** The memory of an input; made, holding zeros, when first asked for. */
  bufferOf(input: Node): DeviceBuffer<D> {
    if (input.primitive.op !== 'input') {
      throw new LabError('internal', `workspace: ${input.primitive.op} is computed, it is no input.`)
    }
    const known = this.#buffers.get(input)
    if (known) return known
    const made = this.backend.alloc(input.shape)
    this.backend.upload(new Float64Array(sizeOf(input.shape)), made)
    this.#buffers.set(input, made)
    return made
  }

  /** @throws LabError 'shape' if the values do not fill the input, 'bad-input' if they are no indices where it takes some */
  write(input: Node, values: Float64Array): void {
    if (values.length !== sizeOf(input.shape)) {
      throw new LabError('shape', `workspace: ${values.length} numbers do not fill [${input.shape.join(', ')}].`)
    }
    checkIndices(input, values)
    this.backend.upload(values, this.bufferOf(input))
  }

  read(input: Node, into?: Float64Array): Promise<Float64Array> {
    return this.backend.download(this.bufferOf(input), into)
  }

  /** Gives the memory of an input back; asked for again, it is made anew. */
  release(input: Node): void {
    const buffer = this.#buffers.get(input)
    if (buffer) this.backend.free(buffer)
    this.#buffers.delete(input)
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) this.backend.free(buffer)
    this.#buffers.clear()
  }
}

/** Kernels read and write where indices say, so a wrong one must not reach them. */
function checkIndices({ primitive }: Node, values: Float64Array): void {
  if (primitive.op !== 'input' || primitive.below === undefined) return
  const { name, below } = primitive
  const at = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < below))
  if (at >= 0) {
    const given = `${values[at]} at place ${at}`
    throw new LabError('bad-input', `"${name}" takes integers from 0 to ${below - 1}, not ${given}.`, { name, below })
  }
}
