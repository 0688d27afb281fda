import { LabError } from '#shared/errors'
import type { Backend, DeviceBuffer, Dtype, Kernel, KernelCall } from '../backends/backend'
import { sameShape, sizeOf, type Node, type Shape } from '../graph/node'
import type { Primitive } from '../graph/primitive'
import { ancestors } from '../graph/transforms'
import { canOverwriteInput, holderOf, planUpdates, type PlannedUpdate, type Update } from './updates'
import type { Workspace } from './workspace'

export interface ProgramDescription {
  /** Values that `read` can give after a run. */
  readonly outputs?: Readonly<Record<string, Node>>
  /** Carried out in this order after everything was computed from the state before the run. */
  readonly updates?: readonly Update[]
}

/** A graph compiled to a flat list of kernel calls over memory that is allocated once. */
export interface Program {
  /** One pass; allocates nothing. */
  run(): void
  /** An output of the last run. */
  read(output: string, into?: Float64Array): Promise<Float64Array>
  readonly kernelCalls: number
  /** Memory for intermediate values and outputs at their peak; inputs are the workspace's. */
  readonly peakBytes: number
  dispose(): void
}

/**
 * Compiles outputs and state updates over one workspace.
 *
 * Nodes run in the order they were made; a value's memory goes to the next value of the same size as soon as its last
 * user has run, elementwise primitives write over an input that dies with them, and an update whose value is a matrix
 * product becomes one gemm on the state itself: W ← keep · W + scale · α A B. A reshape is another view of its operand.
 */
export function compile<D extends Dtype>(workspace: Workspace<D>, description: ProgramDescription): Program {
  const { outputs = {}, updates = [] } = description
  const { backend } = workspace
  const nodes = ancestors([...Object.values(outputs), ...updates.map((update) => update.source)])
  const planned = planUpdates(nodes, Object.values(outputs), updates, (primitive) => backend.accumulates(primitive))
  const memory = new Memory(backend)
  const values = new Map<Node, DeviceBuffer<D>>()
  const kernels: Kernel[] = []
  const emit = (call: KernelCall<D>): number => kernels.push(backend.kernel(call))
  // Values that outlive the pure part: outputs until they are read, update sources until the update.
  const kept = new Set<Node>(Object.values(outputs))
  for (const update of planned) for (const node of update.fused ? update.source.inputs : [update.source]) kept.add(node)
  const holder = (node: Node): Node => holderOf(node, kept)
  const keptHolders = new Set<Node>([...kept].map(holder))
  const bufferOf = (node: Node): DeviceBuffer<D> => {
    const buffer = node.primitive.op === 'input' ? workspace.bufferOf(node) : values.get(node)
    if (!buffer) throw new LabError('internal', `compile: ${node.primitive.op} is used before it is computed.`)
    return buffer
  }
  const valueOf = (node: Node): DeviceBuffer<D> => underShape(backend, bufferOf(holder(node)), node.shape)

  const fused = new Set<Node>(planned.filter((update) => update.fused).map((update) => update.source))
  const lastUse = lastUses(nodes, fused, holder)

  for (const node of nodes) {
    const { primitive } = node
    if (primitive.op === 'input' || fused.has(node) || holder(node) !== node) continue
    const dying = [...new Set(node.inputs.map(holder))].filter(
      (source) =>
        values.has(source) &&
        !keptHolders.has(source) &&
        lastUse.get(source) === node &&
        source.primitive.op !== 'fill',
    )
    const inputs = node.inputs.map(valueOf)
    const overwritten = canOverwriteInput(primitive) ? dying[0] : undefined
    // Constants are written once, so nothing else may ever write to their memory.
    const constant = primitive.op === 'fill'
    const output = overwritten
      ? underShape(backend, bufferOf(overwritten), node.shape)
      : constant
        ? memory.fresh(node.shape)
        : memory.take(node.shape)
    values.set(node, output)
    if (constant) {
      backend.upload(new Float64Array(sizeOf(node.shape)).fill(primitive.value), output)
      continue
    }
    emit({ primitive, inputs, output, scale: 1, keep: 0 })
    for (const source of dying) {
      if (source !== overwritten) memory.giveBack(bufferOf(source))
    }
  }
  for (const update of planned) emit(updateCall(update, valueOf))

  const results = new Map(Object.entries(outputs).map(([name, node]) => [name, valueOf(node)]))
  return {
    run() {
      for (let i = 0; i < kernels.length; i++) kernels[i]!()
    },
    read(output, into) {
      const buffer = results.get(output)
      if (!buffer) throw new LabError('internal', `program: there is no output "${output}".`)
      return backend.download(buffer, into)
    },
    kernelCalls: kernels.length,
    peakBytes: memory.peakBytes,
    dispose: () => memory.dispose(),
  }
}

const COPY: Primitive = { op: 'scale', factor: 1 }

function updateCall<D extends Dtype>(
  { target, source, keep, scale, fused }: PlannedUpdate,
  valueOf: (node: Node) => DeviceBuffer<D>,
): KernelCall<D> {
  const output = valueOf(target)
  return fused
    ? { primitive: source.primitive, inputs: source.inputs.map(valueOf), output, scale, keep }
    : { primitive: COPY, inputs: [valueOf(source)], output, scale, keep }
}

/** The node after which a value's memory is needed no more. */
function lastUses(nodes: readonly Node[], fused: ReadonlySet<Node>, holder: (node: Node) => Node): Map<Node, Node> {
  const last = new Map<Node, Node>()
  for (const node of nodes) {
    if (!fused.has(node) && holder(node) === node) for (const source of node.inputs) last.set(holder(source), node)
  }
  return last
}

function underShape<D extends Dtype>(backend: Backend<D>, buffer: DeviceBuffer<D>, shape: Shape): DeviceBuffer<D> {
  return sameShape(buffer.shape, shape) ? buffer : backend.view(buffer, shape)
}

/** Buffers lent again, under any shape of their size, as soon as they are given back. */
class Memory<D extends Dtype> {
  readonly #all: DeviceBuffer<D>[] = []
  readonly #idle: DeviceBuffer<D>[] = []
  peakBytes = 0

  constructor(readonly backend: Backend<D>) {}

  take(shape: Shape): DeviceBuffer<D> {
    const size = sizeOf(shape)
    const at = this.#idle.findIndex((buffer) => sizeOf(buffer.shape) === size)
    const [reused] = at >= 0 ? this.#idle.splice(at, 1) : []
    return reused ? this.backend.view(reused, shape) : this.fresh(shape)
  }

  fresh(shape: Shape): DeviceBuffer<D> {
    const made = this.backend.alloc(shape)
    this.#all.push(made)
    this.peakBytes += sizeOf(shape) * (made.dtype === 'float64' ? 8 : 4)
    return made
  }

  giveBack(buffer: DeviceBuffer<D>): void {
    this.#idle.push(buffer)
  }

  dispose(): void {
    for (const buffer of this.#all) this.backend.free(buffer)
    this.#all.length = 0
    this.#idle.length = 0
  }
}
