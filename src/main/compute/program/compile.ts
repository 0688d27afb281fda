import { LabError } from '#shared/errors'
import type { Backend, Coefficient, DeviceBuffer, Dtype, Kernel, KernelCall } from '../backends/backend'
import { sameShape, sizeOf, type Node, type Shape } from '../graph/node'
import type { Primitive } from '../graph/primitive'
import { chainSteps } from './chains'
import { planProgram } from './plan'
import { differsBetweenReplicas, type PlannedUpdate, type Update, type UpdateCoefficient } from './updates'
import type { Workspace } from './workspace'

export interface ProgramDescription {
  /** Values that `read` can give after a run. */
  readonly outputs?: Readonly<Record<string, Node>>
  /** Carried out in this order after everything was computed from the state before the run. */
  readonly updates?: readonly Update[]
  /**
   * The inputs that change from run to run. What they do not reach is then computed by `prepare` alone and kept: the
   * features and errors of a Hessian product, say, that every direction shares.
   */
  readonly varying?: readonly Node[]
}

/** A graph compiled to a flat list of kernel calls over memory that is allocated once. */
export interface Program {
  /** Computes what no varying input reaches: before the first run, and again when another input has changed. */
  prepare(): void
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
 * Compiles outputs and state updates over one workspace: binds every call of the plan to memory. A value's memory goes
 * to the next value of the same size as soon as its last user has run, and an update whose value is a matrix product
 * becomes one gemm on the state itself: W ← keep · W + scale · α A B.
 */
export function compile<D extends Dtype>(workspace: Workspace<D>, description: ProgramDescription): Program {
  const { outputs = {}, updates = [], varying = null } = description
  const { backend } = workspace
  const plan = planProgram(Object.values(outputs), updates, varying, backend)
  const memory = new Memory(backend)
  const values = new Map<Node, DeviceBuffer<D>>()
  const bufferOf = (node: Node): DeviceBuffer<D> => {
    const buffer = node.primitive.op === 'input' ? workspace.bufferOf(node) : values.get(node)
    if (!buffer) throw new LabError('internal', `compile: ${node.primitive.op} is used before it is computed.`)
    return buffer
  }
  const valueOf = (node: Node): DeviceBuffer<D> => underShape(backend, bufferOf(plan.holder(node)), node.shape)

  const prepared: Kernel[] = []
  const kernels: Kernel[] = []
  for (const { node, steps, inputs, onto, frees, steady } of plan.calls) {
    const { primitive, scale, keep } = steps[0]!
    if (primitive.op === 'fill' && steps.length === 1) {
      const constant = memory.fresh(node.shape)
      backend.upload(new Float64Array(sizeOf(node.shape)).fill(primitive.value), constant)
      values.set(node, constant)
      continue
    }
    const operands = inputs.map(valueOf)
    const output = onto ? underShape(backend, bufferOf(onto), node.shape) : memory.take(node.shape)
    values.set(node, output)
    const kernel =
      steps.length === 1
        ? backend.kernel({ primitive, inputs: operands, output, scale, keep })
        : backend.chain({ inputs: operands, steps: chainSteps(steps, inputs, plan.holder), output })
    if (steady) prepared.push(kernel)
    else kernels.push(kernel)
    for (const source of frees) memory.giveBack(bufferOf(source))
  }
  const coefficients = coefficientMaker(workspace, memory)
  for (const update of plan.updates) kernels.push(backend.kernel(updateCall(update, valueOf, coefficients)))

  const results = new Map(Object.entries(outputs).map(([name, node]) => [name, valueOf(node)]))
  return {
    prepare() {
      for (const kernel of prepared) kernel()
    },
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
  coefficients: (update: Update) => Pick<KernelCall<D>, 'scale' | 'keep'>,
): KernelCall<D> {
  const [primitive, inputs] = fused ? [source.primitive, source.inputs] : [COPY, [source]]
  return {
    primitive,
    inputs: inputs.map(valueOf),
    output: valueOf(target),
    ...coefficients({ target, source, keep, scale }),
  }
}

/** Where one coefficient differs between replicas, the other, a constant, is written once for each of them. */
function coefficientMaker<D extends Dtype>(
  workspace: Workspace<D>,
  memory: Memory<D>,
): (update: Update) => Pick<KernelCall<D>, 'scale' | 'keep'> {
  const constant = (value: number, [count = 1]: Shape): DeviceBuffer<D> => {
    const buffer = memory.fresh([count])
    workspace.backend.upload(new Float64Array(count).fill(value), buffer)
    return buffer
  }
  return ({ target: { shape }, scale, keep }) => {
    const given = (coefficient: UpdateCoefficient): Coefficient<D> => {
      if (differsBetweenReplicas(coefficient)) return workspace.bufferOf(coefficient)
      if (typeof coefficient === 'number') return constant(coefficient, shape)
      throw new LabError('internal', 'update: a cell beside a coefficient for each replica; make both inputs.')
    }
    if (differsBetweenReplicas(scale) || differsBetweenReplicas(keep)) return { scale: given(scale), keep: given(keep) }
    return { scale, keep }
  }
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
