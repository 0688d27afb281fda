import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toCsv } from '#charts/toCsv'
import { repetitions } from '../helpers/repetitions'

const many = { numRuns: repetitions('CASES', 100) }

describe('toCsv', () => {
  it('guards text that a spreadsheet would run, never numbers', () => {
    const csv = toCsv({
      columns: ['name', 'value'],
      rows: ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'].map((name) => [name, -1]),
    })
    expect(csv).toBe("name,value\r\n'=1+1,-1\r\n'+1,-1\r\n'-1,-1\r\n'@SUM(A1),-1\r\n'\t=1,-1\r\n")
  })

  it('guards column names too', () => {
    expect(toCsv({ columns: ['=cmd()'], rows: [] })).toBe("'=cmd()\r\n")
  })

  it('gives every number back bit for bit', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1 }), (values) => {
        const rows: string[][] = parse(toCsv({ columns: ['value'], rows: values.map((value) => [value]) }))
        expect(rows.slice(1).map(([text]) => Number(text))).toEqual(values)
      }),
      many,
    )
  })

  it('gives any text back, apart from its guard', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [, row]: string[][] = parse(toCsv({ columns: ['a', 'b'], rows: [[text, 'end']] }))
        expect(row).toEqual([/^[=+\-@\t\r]/.test(text) ? `'${text}` : text, 'end'])
      }),
      many,
    )
  })

  it('leaves a missing cell empty', () => {
    expect(toCsv({ columns: ['layer', 'value'], rows: [[null, NaN]] })).toBe('layer,value\r\n,NaN\r\n')
  })
})
