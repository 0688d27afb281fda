import type { Dtype } from '../backend'

/** A value in a vector register of the loop: what a step computes, reads or always uses. */
export type Register = number

/*
 * WebAssembly instructions on vectors, by the numbers of the specification (WebAssembly 2.0, section 5.4). Those of
 * float32x4 and float64x2 do what assembly/elementwise.ts does with v128.add<Real> and its kin.
 */
const OPCODES = {
  float32: { splat: 0x13, loadSplat: 0x09, eq: 0x41, gt: 0x44, le: 0x45, sqrt: 0xe3, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7 }, // prettier-ignore
  float64: { splat: 0x14, loadSplat: 0x0a, eq: 0x47, gt: 0x4a, le: 0x4b, sqrt: 0xef, add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3 }, // prettier-ignore
} as const
const BITS = { load: 0x00, store: 0x0b, and: 0x4e, andnot: 0x4f, bitselect: 0x52 } as const

export type Instruction = Exclude<keyof (typeof OPCODES)[Dtype], 'splat' | 'loadSplat'> | 'and' | 'andnot' | 'bitselect'

const [I32, F32, F64, V128] = [0x7f, 0x7d, 0x7c, 0x7b]
const [LOCAL_GET, LOCAL_SET, GLOBAL_GET, I32_ADD, I32_CONST, I32_LT_U] = [0x20, 0x21, 0x23, 0x6a, 0x41, 0x49]
const [LOOP, IF, BRANCH, END, NO_RESULT, SIMD] = [0x03, 0x04, 0x0c, 0x0b, 0x40, 0xfd]
const VECTOR_BYTES = 16
const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/**
 * The code of one loop over arrays, vector by vector: constants and scalars are spread before it, arrays are read in it,
 * one result is stored. Addresses, constants and the length are globals that an instance is given, so that loops that
 * do the same to other arrays are instances of one module.
 */
export class ChainCode {
  /** Types of the imported globals: addresses and the length, then numbers. */
  readonly #globals: number[] = []
  readonly #before: number[] = []
  readonly #body: number[] = []
  #registers = 0

  constructor(private readonly dtype: Dtype) {}

  /** A number that the instance is given. */
  constant(): Register {
    const number = this.dtype === 'float64' ? F64 : F32
    this.#before.push(GLOBAL_GET, ...unsigned(this.#global(number)), SIMD, OPCODES[this.dtype].splat)
    return this.#keep(this.#before)
  }

  /** A number in memory. */
  scalar(): Register {
    this.#before.push(GLOBAL_GET, ...unsigned(this.#global(I32)), SIMD, OPCODES[this.dtype].loadSplat, 0, 0)
    return this.#keep(this.#before)
  }

  /** The vector of an array. */
  array(): Register {
    this.#address()
    this.#body.push(SIMD, BITS.load, 0, 0)
    return this.#keep(this.#body)
  }

  /** Instructions in the order of a stack machine; a register among them is pushed. */
  compute(...code: readonly (Instruction | Register)[]): Register {
    this.#push(code)
    return this.#keep(this.#body)
  }

  /** The module; its globals are to be given in the order in which they were asked for, then the length in bytes. */
  finish(result: Register): Uint8Array<ArrayBuffer> {
    this.#address()
    this.#push([result])
    this.#body.push(SIMD, BITS.store, 0, 0)
    const end = this.#global(I32)
    const next = [LOCAL_GET, 0, I32_CONST, VECTOR_BYTES, I32_ADD, LOCAL_SET, 0]
    const again = [LOCAL_GET, 0, GLOBAL_GET, ...unsigned(end), I32_LT_U, IF, NO_RESULT, BRANCH, 1, END]
    const loop = [LOOP, NO_RESULT, ...this.#body, ...next, ...again, END]
    const locals = [2, 1, I32, ...unsigned(this.#registers), V128]
    const imports = this.#globals.map((type, i) => [...name('globals'), ...name(String(i)), 3, type, 0])
    return Uint8Array.from([
      ...MAGIC_AND_VERSION,
      ...section(1, [[0x60, 0, 0]]),
      ...section(2, [[...name('env'), ...name('memory'), 2, 0, 0], ...imports]),
      ...section(3, [[0]]),
      ...section(7, [[...name('run'), 0, 0]]),
      ...section(10, [sized([...locals, ...this.#before, ...loop, END])]),
    ])
  }

  /** Where the loop is in an array whose address the instance is given. */
  #address(): void {
    this.#body.push(GLOBAL_GET, ...unsigned(this.#global(I32)), LOCAL_GET, 0, I32_ADD)
  }

  #push(code: readonly (Instruction | Register)[]): void {
    for (const item of code) {
      if (typeof item === 'number') this.#body.push(LOCAL_GET, ...unsigned(1 + item))
      else this.#body.push(SIMD, ...unsigned(opcodeOf(item, this.dtype)))
    }
  }

  #keep(code: number[]): Register {
    code.push(LOCAL_SET, ...unsigned(1 + this.#registers))
    return this.#registers++
  }

  #global(type: number): number {
    this.#globals.push(type)
    return this.#globals.length - 1
  }
}

function opcodeOf(instruction: Instruction, dtype: Dtype): number {
  if (instruction === 'and' || instruction === 'andnot' || instruction === 'bitselect') return BITS[instruction]
  return OPCODES[dtype][instruction]
}

/** LEB128, as WebAssembly writes its integers. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))]
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes]
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)])
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id, ...sized([...unsigned(items.length), ...items.flat()])]
}
