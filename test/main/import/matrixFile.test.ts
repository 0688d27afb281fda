import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LabError } from '#shared/errors'
import { MATRIX_LIMITS } from '#shared/importedMatrix'
import { matrixDigest } from '#main/core/matrixDigest'
import { readImportedMatrix, type NamedBytes } from '#main/import/matrixFile'
import { npy, type NpyParts } from '../../helpers/npy'

function csv(text: string, name = 'ratings.csv'): NamedBytes {
  return { name, bytes: new TextEncoder().encode(text) }
}
function numpy(parts: NpyParts, name = 'ratings.npy'): NamedBytes {
  return { name, bytes: npy(parts) }
}
const read = (file: NamedBytes, mask: NamedBytes | null = null) => readImportedMatrix(file, mask)

describe('a CSV file', () => {
  it('may separate numbers by commas, semicolons or tabs, and leave entries out', () => {
    const values = Float64Array.of(1, NaN, -2.5, 3e2, NaN, 0)
    const observed = Float64Array.of(1, 0, 1, 1, 0, 1)
    for (const text of ['1,,-2.5\n3e2,NaN,0\n', '1;;-2.5\r\n3e2;NA;0\r\n', '\ufeff1\t\t-2.5\n\n3e2\tnan\t0']) {
      expect(read(csv(text))).toEqual({ rows: 2, cols: 3, values, observed })
    }
  })

  it('comes back whatever was written', () => {
    const cell = fc.oneof(fc.constant(NaN), fc.double({ noNaN: true, noDefaultInfinity: true }))
    const table = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 6 }))
      .chain(([rows, cols]) =>
        fc.array(fc.array(cell, { minLength: cols, maxLength: cols }), { minLength: rows, maxLength: rows }),
      )
      .filter((rows) => rows.flat().some((value) => !Number.isNaN(value)))
    fc.assert(
      fc.property(table, (rows) => {
        const text = rows.map((row) => row.map((value) => (Number.isNaN(value) ? '' : value)).join(',')).join('\n')
        // CSV knows no negative zero: String(-0) is '0'.
        expect([...read(csv(text)).values]).toEqual(rows.flat().map((value) => value + 0))
      }),
    )
  })

  it.each([
    ['user,film\n1,2\n', /ratings\.csv: .*row 1, column 1: "user" is not a finite number\. Remove a header/],
    ['1,2\n3,x\n', /row 2, column 2: "x" is not a finite number\. Write a finite number/],
    ['1,2\n3\n', /row 2 has 1 columns, row 1 has 2/],
    ['1,1e999\n', /row 1, column 2: "1e999" is not a finite number/],
    ['1,0x10\n', /row 1, column 2: "0x10"/],
    ['1,2\n"3,4\n', /after row 1 its text cannot be read/],
    ['', /no rows/],
    [',\nNaN,\n', /no entry is observed/],
    [`${'1,'.repeat(MATRIX_LIMITS.side)}1\n`, /more than 8192 rows or columns/],
  ])('%j is refused with its place and what to do', (text, message) => {
    expect(() => read(csv(text))).toThrow(message)
  })

  it('is refused when it is no text', () => {
    expect(() => read({ name: 'a.csv', bytes: Uint8Array.of(0xff, 0xfe, 0x31) })).toThrow(/a\.csv: .*UTF-8/)
  })
})

describe('an NPY file', () => {
  it.each([
    ['<f8', 'False', [1, 2, 3, 4, 5, 6]],
    ['>f4', 'False', [1, 2, 3, 4, 5, 6]],
    ['<i8', 'False', [1, 2, 3, 4, 5, 6]],
    ['<i2', 'False', [1, 2, 3, 4, 5, 6]],
    ['|i1', 'False', [1, 2, 3, 4, 5, 6]],
    ['<f8', 'True', [1, 4, 2, 5, 3, 6]],
  ])('of %s, column-major %s, is read row by row', (descr, fortran, values) => {
    const file = numpy({ descr, fortran, shape: '(2, 3)', values })
    expect(read(file).values).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6))
  })

  it.each([
    [{ shape: '(9000, 1)', values: [] }, /ratings\.npy: .*9000 × 1; at most 8192 rows/],
    [{ shape: '(0, 2)', values: [] }, /at least one entry/],
    [{ shape: '(4,)' }, /two-dimensional/],
    [{ descr: '|O8' }, /two-dimensional array of f8/],
    [{ shape: '(2, 3)' }, /promises 2 × 3 numbers of 8 bytes/],
    [{ values: [1, Infinity, 2, 3] }, /row 1, column 2 is Infinity\. Write NaN/],
  ])('%o is refused before anything is allocated', (parts, message) => {
    expect(() => read(numpy(parts))).toThrow(message)
  })

  it('survives every mutation as a value or a typed error', () => {
    const whole = npy({ shape: '(2, 2)', values: [1, NaN, 3, 4] })
    const flip = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7), cut: fc.nat(whole.length) })
    fc.assert(
      fc.property(flip, ({ at, bit, cut }) => {
        const bytes = whole.slice(0, Math.max(1, cut))
        if (at < bytes.length) bytes[at]! ^= 1 << bit
        try {
          expect(read({ name: 'x', bytes }).values.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LabError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a mask', () => {
  const file = csv('1,2\n,4\n')
  it('says what training may see', () => {
    const { values, observed } = read(file, csv('1,0\n0,1\n', 'mask.csv'))
    expect(values).toEqual(Float64Array.of(1, 2, NaN, 4))
    expect(observed).toEqual(Float64Array.of(1, 0, 0, 1))
    expect(read(file, numpy({ descr: '|b1', values: [1, 0, 0, 1] })).observed).toEqual(observed)
  })
  it.each([
    ['1,0,0\n', /mask\.csv: the mask is 1 × 3, the matrix 2 × 2/],
    ['1,2\n0,1\n', /mask\.csv: row 1, column 2 is 2\. Write 1/],
    ['1,\n0,1\n', /row 1, column 2 is NaN/],
    ['1,0\n1,1\n', /row 2, column 1 is 1, but the matrix has no value there/],
    ['0,0\n0,0\n', /mask\.csv: no entry is observed/],
  ])('%j is refused with its place', (text, message) => {
    expect(() => read(file, csv(text, 'mask.csv'))).toThrow(message)
  })
})

describe('matrixDigest', () => {
  it('is the same for the same matrix, however it was written', () => {
    const [a, b] = [read(csv('1,\n2,3\n')), read(numpy({ values: [1, NaN, 2, 3] }))]
    expect(matrixDigest(a)).toBe(matrixDigest(b))
    expect(matrixDigest(a)).toMatch(/^[0-9a-f]{64}$/)
  })
  it('differs by a value, the mask and the shape', () => {
    const all = [
      read(csv('1,2,3,4\n')),
      read(csv('1,2\n3,4\n')),
      read(csv('1,2,3,5\n')),
      read(csv('1,2,3,4\n'), csv('1,1,1,0\n')),
    ]
    expect(new Set(all.map(matrixDigest)).size).toBe(all.length)
  })
})
