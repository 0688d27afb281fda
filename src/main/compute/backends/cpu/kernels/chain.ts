import { LabError } from '#shared/errors'
import { sizeOf } from '../../../graph/node'
import type { Primitive } from '../../../graph/primitive'
import type { ChainStep, Kernel } from '../../backend'
import type { CpuBuffer } from '../buffer'
import { ChainCode, type Register } from '../chainCode'
import { expectSize, misfit } from './kernel'

/** A ChainCall with its operands resolved. */
export interface CpuChain {
  readonly inputs: readonly CpuBuffer[]
  readonly steps: readonly ChainStep[]
  readonly output: CpuBuffer
}

/**
 * Whether a primitive can be a step of a chain: what takes a few instructions, so that reading and writing would be most
 * of the work. Functions such as exp take ten times as long as their operands take to arrive; they stay kernels.
 */
export function canChain(primitive: Primitive): boolean {
  switch (primitive.op) {
    case 'fill':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'scale':
    case 'scaleBy':
    case 'relu':
    case 'step':
    case 'greater':
    case 'where':
      return true
    case 'power':
      return halvesOf(primitive.exponent) !== null
    default:
      return false
  }
}

/** Compiled loops by their bytes: runs of one shape, and of most others, have the same. */
const modules = new Map<string, WebAssembly.Module>()

/**
 * One loop over all arrays with the values between two steps in registers: WebAssembly written for the chain, with the
 * instructions that the kernels of its steps consist of, in their order, so that it has their bits.
 */
export function bindChain({ inputs, steps, output }: CpuChain): Kernel {
  const { memory, numberBytes, dtype } = output
  const code = new ChainCode(dtype)
  const globals: number[] = []
  const constants = new Map<number, Register>()
  const constant = (value: number): Register => {
    const known = constants.get(value)
    if (known !== undefined && !Object.is(value, -0)) return known
    globals.push(value)
    const made = code.constant()
    constants.set(value, made)
    return made
  }
  const arrays = new Map<number, Register>()
  const values: Register[] = []
  const valueAt = (place: number): Register => {
    const input = inputs[place]
    const known = input ? arrays.get(place) : values[place - inputs.length]
    if (known !== undefined) return known
    if (!input) throw misfit('input', `place ${place} of a chain holds nothing yet`)
    expectSize('input', input, output.size)
    globals.push(input.at)
    const read = code.array()
    arrays.set(place, read)
    return read
  }
  const scalarAt = (place: number): Register => {
    const input = inputs[place]
    if (!input) throw misfit('scaleBy', 'in a chain, the scalar must be an input')
    expectSize('scaleBy', input, 1)
    globals.push(input.at)
    return code.scalar()
  }
  for (const step of steps) {
    if (sizeOf(step.shape) !== output.size) throw misfit(step.primitive.op, `[${step.shape.join()}] in another's chain`)
    values.push(stepCode(step, { code, constant, valueAt, scalarAt }))
  }
  globals.push(output.at)
  const bytes = code.finish(values.at(-1) ?? 0)
  globals.push(output.size * numberBytes)
  return instantiate(bytes, memory.memory, globals)
}

interface StepContext {
  readonly code: ChainCode
  constant(value: number): Register
  valueAt(place: number): Register
  scalarAt(place: number): Register
}

function stepCode({ primitive, operands, onto, scale, keep }: ChainStep, context: StepContext): Register {
  const { code, constant, valueAt, scalarAt } = context
  const operand = (i: number): Register => valueAt(operands[i] ?? -1)
  /** keep · onto + factor · x, as axpby has it. */
  const scaled = (factor: Register, x: Register): Register => {
    if (onto === null) return code.compute(factor, x, 'mul')
    return code.compute(constant(keep), valueAt(onto), 'mul', factor, x, 'mul', 'add')
  }
  switch (primitive.op) {
    case 'fill':
      return constant(primitive.value)
    case 'add':
      return code.compute(operand(0), operand(1), 'add')
    case 'subtract':
      return code.compute(operand(0), operand(1), 'sub')
    case 'multiply':
      return code.compute(operand(0), operand(1), 'mul')
    case 'divide':
      return code.compute(operand(0), operand(1), 'div')
    case 'scale':
      return scaled(constant(primitive.factor * scale), operand(0))
    case 'scaleBy': {
      const s = scalarAt(operands[0] ?? -1)
      return scaled(scale === 1 ? s : code.compute(constant(scale), s, 'mul'), operand(1))
    }
    case 'relu': {
      const x = operand(0)
      return code.compute(x, x, constant(0), 'le', 'andnot')
    }
    case 'step': {
      const x = operand(0)
      return code.compute(x, constant(0), 'gt', constant(1), 'and', x, x, x, 'eq', 'bitselect')
    }
    case 'greater': {
      const [a, b] = [operand(0), operand(1)]
      const isAbove = [a, b, 'gt', constant(1), 'and'] as const
      return code.compute(...isAbove, a, b, 'add', a, a, 'eq', b, b, 'eq', 'and', 'bitselect')
    }
    case 'where': {
      const [condition, a, b] = [operand(0), operand(1), operand(2)]
      const chosen = [b, a, condition, constant(0), 'eq', 'bitselect'] as const
      return code.compute(...chosen, condition, condition, condition, 'eq', 'bitselect')
    }
    case 'power':
      return powerCode(operand(0), primitive.exponent, context)
    default:
      throw misfit(primitive.op, 'is no step of a chain')
  }
}

/** Products, one root and one reciprocal, as in assembly/transcendental.ts. */
function powerCode(x: Register, exponent: number, { code, constant }: StepContext): Register {
  const halves = halvesOf(exponent)
  if (halves === null) throw misfit('power', `${exponent} is no small multiple of one half`)
  let power = halves % 2 === 1 ? code.compute(x, 'sqrt') : constant(1)
  for (let factor = Math.floor(halves / 2); factor > 0; factor--) power = code.compute(power, x, 'mul')
  return exponent < 0 ? code.compute(constant(1), power, 'div') : power
}

/** 2 |exponent| where the kernel of `power` multiplies and takes roots; null where it calls a function. */
function halvesOf(exponent: number): number | null {
  const halves = 2 * Math.abs(exponent)
  return Number.isInteger(halves) && halves <= 8 ? halves : null
}

function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory, globals: readonly number[]): Kernel {
  const key = String.fromCharCode(...bytes)
  const module = modules.get(key) ?? new WebAssembly.Module(bytes)
  modules.set(key, module)
  const given = Object.fromEntries(globals.map((value, i) => [String(i), value]))
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, globals: given })
  if (!('run' in exports) || typeof exports.run !== 'function') {
    throw new LabError('internal', 'A chain exports no function to run it.')
  }
  const { run } = exports
  return () => void run()
}
