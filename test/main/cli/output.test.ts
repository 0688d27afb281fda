import { describe, expect, it } from 'vitest'
import { claimSummary, verdictLines, type CheckedClaim } from '#main/cli/claimTable'
import { nearest } from '#shared/nearest'
import { ProgressBar } from '#main/cli/progressBar'
import { table } from '#main/cli/table'
import { toJson, type Terminal } from '#main/cli/terminal'
import type { ClaimCheck } from '#shared/records'

function terminal(isInteractive: boolean): Terminal & { notes: string[] } {
  const notes: string[] = []
  return { notes, isInteractive, note: (text) => void notes.push(text), write: async () => undefined }
}

describe('table', () => {
  it('aligns words left and numbers right, symbols counted as one', () => {
    const rows = [
      { name: 'σ₁', value: '0.5' },
      { name: 'loss', value: '2·10⁻⁶' },
    ]
    const text = table(rows, [
      { title: 'name', cell: (row) => row.name },
      { title: 'value', cell: (row) => row.value, align: 'right' },
    ])
    expect(text).toBe('name   value\nσ₁       0.5\nloss  2·10⁻⁶')
  })
})

describe('nearest', () => {
  it.each([
    ['rnu', 'run'],
    ['RUN', 'run'],
    ['clams', 'claims'],
    ['learningrate', 'learningRate'],
    ['exprot', 'export'],
    ['zzz', null],
    ['', null],
  ])('%j is meant as %j', (word, expected) => {
    expect(nearest(word, ['run', 'claims', 'learningRate', 'export'])).toBe(expected)
  })
})

describe('progress', () => {
  const advance = { label: 'deep-ufm', of: 200, secondsLeft: 65 }

  it('redraws one line on a terminal and leaves nothing behind', () => {
    const screen = terminal(true)
    const bar = new ProgressBar(screen)
    bar.show({ ...advance, done: 50 })
    bar.show({ ...advance, done: 100, secondsLeft: null })
    bar.clear()
    expect(screen.notes[0]).toBe('\rdeep-ufm  ██████░░░░░░░░░░░░░░░░░░  25 %  50/200  1 min 5 s left')
    expect(screen.notes[1]).toMatch(/^\rdeep-ufm {2}[^\n]*50 % {2}100\/200 +$/)
    expect(screen.notes.join('')).not.toContain('\n')
    expect(screen.notes.slice(2).join('')).toMatch(/^\r +\r$/)
  })

  it('writes a line for every ten per cent elsewhere', () => {
    const log = terminal(false)
    const bar = new ProgressBar(log)
    for (let done = 0; done <= 200; done++) bar.show({ ...advance, done })
    bar.clear()
    expect(log.notes).toHaveLength(11)
    expect(log.notes.every((line) => line.endsWith('left\n'))).toBe(true)
  })
})

describe('JSON', () => {
  it('keeps arrays and names what JSON has no number for', () => {
    const document = { array: Float64Array.of(1, NaN, -Infinity), last: Infinity, none: null, text: 'NaN' }
    expect(toJson(document)).toBe('{"array":[1,"NaN","-Infinity"],"last":"Infinity","none":null,"text":"NaN"}')
  })
})

describe('claims', () => {
  const check: ClaimCheck = { label: 'a', measured: 1, predicted: 1, relation: 'within', allowance: 0.1, holds: true }
  const claim = (checks: readonly ClaimCheck[]): CheckedClaim => ({
    id: '01.C2',
    title: '',
    source: '',
    on: 'small, seed 0',
    checks,
    holds: checks.length > 0 && checks.every(({ holds }) => holds),
  })

  it('shows the comparison that fails, else the one with least room', () => {
    const close: ClaimCheck = { ...check, label: 'close', measured: 1.09 }
    const bound: ClaimCheck = { ...check, label: 'bound', predicted: null, relation: 'atMost', measured: 0.05 }
    const wide: ClaimCheck = { ...check, label: 'wide', predicted: null, relation: 'atLeast', measured: 100 }
    const failing: ClaimCheck = { ...check, label: 'failing', measured: NaN, holds: false }
    expect(claimSummary([claim([check, bound, close, wide])])).toMatch(/close \(tightest of 4\).*holds$/)
    expect(claimSummary([claim([close, failing])])).toMatch(/failing \(tightest of 2\).*NaN.*FAILS$/)
    expect(claimSummary([claim([check])])).not.toMatch(/tightest/)
  })

  it('never passes over a claim that could not be compared', () => {
    expect(verdictLines([claim([check]), claim([])])).toBe(
      '01.C2 on small, seed 0: FAILS, nothing could be compared.\n1 of 2 claims hold.',
    )
  })
})
