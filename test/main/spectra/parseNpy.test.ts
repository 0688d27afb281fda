import { describe, expect, it } from 'vitest'
import { parseNpySymmetric } from '#main/spectra/parseNpy'
import { npy } from '../../helpers/npy'

describe('parseNpySymmetric', () => {
  it.each([
    { name: 'float64', parts: {} },
    { name: 'float32', parts: { descr: '<f4' } },
    { name: 'big-endian', parts: { descr: '>f8' } },
    { name: 'big-endian float32, column-major', parts: { descr: '>f4', fortran: 'True' } },
    { name: 'format 2.0', parts: { major: 2 } },
    { name: 'format 3.0', parts: { major: 3 } },
  ])('reads $name', ({ parts }) => {
    expect(parseNpySymmetric(npy(parts))).toEqual({ rows: 2, cols: 2, data: Float64Array.of(2, 1, 1, 3) })
  })

  it('reads bytes inside a larger buffer, and evens out rounding', () => {
    const whole = npy({ values: [2, 1 + 1e-15, 1, 3] })
    const padded = new Uint8Array(whole.length + 16)
    padded.set(whole, 8)
    const { data } = parseNpySymmetric(padded.subarray(8, 8 + whole.length))
    expect(data[1]).toBe(data[2])
  })

  it.each([
    ['another file', { magic: 'PK\u0003\u0004..' }, /does not begin with the signature/],
    ['an unknown version', { major: 4 }, /version 4\.0/],
    ['objects', { descr: '|O' }, /not that of a two-dimensional/],
    ['integers', { descr: '<i8' }, /not that of a two-dimensional/],
    ['a vector', { shape: '(4,)' }, /not that of a two-dimensional/],
    ['a rectangle', { shape: '(1, 4)' }, /1 × 4, expected a square/],
    ['too little data', { values: [1, 2, 3] }, /promises 2 × 2.*24 follow/],
    ['too much data', { values: [2, 1, 1, 3, 9] }, /promises 2 × 2.*40 follow/],
    ['a huge claim', { shape: '(4000000000, 4000000000)' }, /above the limit of 8192/],
    ['NaN', { values: [2, 1, 1, Number.NaN] }, /entry 1, 1 is NaN/],
    ['an asymmetric matrix', { values: [2, 1, 1.1, 3] }, /not symmetric.*1, 0 and 0, 1/],
  ])('refuses %s', (_, parts, message) => {
    expect(() => parseNpySymmetric(npy(parts))).toThrow(message)
    expect(() => parseNpySymmetric(npy(parts))).toThrow(/numpy\.save/)
  })

  it('refuses every truncation, and a header of any length', () => {
    const whole = npy()
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseNpySymmetric(whole.subarray(0, length))).toThrow(/cannot be used/)
    }
    const long = npy({ major: 2 })
    new DataView(long.buffer).setUint32(8, 2 ** 31, true)
    expect(() => parseNpySymmetric(long)).toThrow(/header has 2147483648 bytes/)
    expect(() => parseNpySymmetric(whole, { maxDimension: 1 })).toThrow(/above the limit of 1/)
  })
})
