import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { folderResources } from '#main/jobs/folderResources'
import { parseDigits } from '#main/systems/image-classifier/digits'

const row = (label = 3) => [...Array.from({ length: 64 }, (_, i) => i % 17), label].join(',')
const packed = (text: string) => gzipSync(text)

describe('the shipped digits', () => {
  const digits = parseDigits('uci-digits.csv.gz', folderResources('resources/data').read('uci-digits.csv.gz'))
  it('are 1797 images with 174 to 183 of each class', () => {
    const counts = Array.from({ length: 10 }, (_, k) => digits.labels.filter((label) => label === k).length)
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    expect(digits.pixels).toHaveLength(1797)
  })
  it('start with the zero that the repository shows first', () => {
    expect(digits.labels[0]).toBe(0)
    expect(digits.pixels[0]!.slice(0, 16)).toEqual(Uint8Array.of(0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0))
  })
})

describe('parseDigits', () => {
  it('reads every row, with or without a line break at the end', () => {
    expect(parseDigits('d.gz', packed(`${row(0)}\n${row(9)}\n`)).labels).toEqual(Uint8Array.of(0, 9))
    expect(parseDigits('d.gz', packed(`${row(0)}\n${row(9)}`)).labels).toEqual(Uint8Array.of(0, 9))
  })

  it.each([
    ['too few values', `${row()}\n1,2,3\n`, /d\.gz.*row 2 has 3 values, expected 64 pixels and a label/],
    ['too many values', `${row()},1`, /row 1 has 66 values/],
    ['an empty row', `${row()}\n\n${row()}`, /row 2 has 1 values/],
    [
      'a pixel out of range',
      row().replace('16', '17'),
      /row 1, pixel 17 is "17", expected a whole number from 0 to 16/,
    ],
    ['a negative pixel', row().replace('16', '-1'), /pixel 17 is "-1"/],
    ['a fraction', row().replace('16', '1.5'), /pixel 17 is "1\.5"/],
    ['a missing pixel', row().replace('16', ''), /pixel 17 is ""/],
    ['a word', row().replace('16', 'x'.repeat(99)), /pixel 17 is "x{20}", expected/],
    ['a label out of range', row(10), /row 1, label is "10", expected a whole number from 0 to 9/],
    ['no rows', '', /holds no rows/],
  ])('refuses %s and says where and what to do', (_, text, message) => {
    expect(() => parseDigits('d.gz', packed(text))).toThrow(message)
    expect(() => parseDigits('d.gz', packed(text))).toThrow(/Restore the file that came with Collapsar/)
    expect(() => parseDigits('d.gz', packed(text))).toThrow(expect.objectContaining({ code: 'bad-input' }))
  })

  it('refuses what is not gzipped, what is cut short and what unpacks to too much', () => {
    expect(() => parseDigits('d.gz', new TextEncoder().encode(row()))).toThrow(/d\.gz.*not gzipped text/)
    expect(() => parseDigits('d.gz', packed(row()).subarray(0, 30))).toThrow(/not gzipped text/)
    expect(() => parseDigits('d.gz', packed('0'.repeat(5 * 2 ** 20)))).toThrow(/at most 4 MB/)
    expect(() => parseDigits('d.gz', gzipSync(Uint8Array.of(0xff, 0xfe)))).toThrow(/not gzipped text/)
  })
})
