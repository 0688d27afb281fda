import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { operandText } from '#shared/filter/condition'
import { expectedAfter, parseFilter } from '#shared/filter/parse'
import { conditionOf, operandOf } from '#shared/filter/resolve'
import { quoteIfNeeded } from '#shared/filter/tokens'
import { LabError } from '#shared/errors'
import { filterRunFields as fields } from '../../helpers/filterRuns'
import { failureOf } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'

/** The part of the line that the error marks, and its sentence. */
function markOf(line: string): [marked: string, message: string] {
  const { message, details } = failureOf(() => conditionOf(line, fields))
  return [line.slice(Number(details['from']), Number(details['to'])), message]
}

describe('the filter language', () => {
  it('binds "not" tighter than "and", and "and" tighter than "or"; neighbours are joined by "and"', () => {
    const shape = (line: string): unknown =>
      JSON.parse(
        JSON.stringify(parseFilter(line), (key, value: unknown) => (/^(from|to)$/.test(key) ? undefined : value)),
      )
    const word = (text: string) => ({ type: 'word', text })
    expect(shape('a or not b c and d')).toEqual({
      type: 'or',
      parts: [word('a'), { type: 'and', parts: [{ type: 'not', part: word('b') }, word('c'), word('d')] }],
    })
    expect(shape('(a or "b c") STAR')).toEqual({
      type: 'and',
      parts: [{ type: 'or', parts: [word('a'), word('b c')] }, { type: 'star' }],
    })
    expect(parseFilter('  ')).toBeNull()
  })

  it('knows where everything stands', () => {
    const line = 'star and min(nc1[2]) <= 1e-3'
    const tree = parseFilter(line)
    if (tree?.type !== 'and' || tree.parts[1]?.type !== 'compare') throw new Error('expected a comparison')
    const { operand, values, ...comparison } = tree.parts[1]
    const marked = [operand, values[0]!, comparison, tree].map(({ from, to }) => line.slice(from, to))
    expect(marked).toEqual(['min(nc1[2])', '1e-3', 'min(nc1[2]) <= 1e-3', line])
  })

  it.each([
    ['system=deep-ufm and K in (4,6) and lambda<1e-3 and tag:"paper"', 4],
    ['not (status:failed or status = diverged) created >= 2026-11-20 age<2d', 3],
    ['K = 2..4 λ ≥ 1e-4 loss@1000 != nan name !~ "a \\"b\\""', 4],
    ['duration>30min created in 2026-11-01..2026-11-30T12:30 holds:01.C2 fails != 01.C5', 4],
  ])('accepts %s', (line, parts) => {
    expect(conditionOf(line, fields)).toMatchObject({ type: 'and', parts: expect.objectContaining({ length: parts }) })
  })

  it.each([
    ['K=4 and lamda<1', 'lamda', /No run has anything called "lamda".*Did you mean/],
    ['K=four', 'four', /Classes: got "four", expected a number or a range such as 1e-4\.\.1e-2/],
    ['K>2..3', 'K>2..3', /After ">" put one number/],
    ['K in 4', '4', /K in \(4, 6\)/],
    ['K in (4, 6', '(4, 6', /A "\)" is missing/],
    ['(K=4', '(K=4', /A "\)" is missing/],
    ['K=4)', ')', /closes nothing/],
    ['K=', '', /Expected a value for K here, got the end/],
    ['K=4 and', '', /Something is missing at the end/],
    ['name="paper', '"paper', /not closed/],
    ['nc1<0.1', 'nc1', /measured per layer.*nc1\[1\]/],
    ['min(loss)', 'min(loss)', /Compare this with something/],
    ['nc1[two]=1', 'two', /whole number as the layer.*nc1\[2\]/],
    ['system<deep', 'system<deep', /System is text: compare it by =/],
    ['status:finished', 'finished', /Status: got "finished", expected one of pending, running/],
    ['created=2026-02-30', '2026-02-30', /Created: got "2026-02-30", expected a date such as/],
    ['age<soon', 'soon', /a length of time such as 30min/],
    ['verdict:pairs', 'pairs', /expected one of zero, collapse/],
    ['min(max(loss))<1', 'max(loss)', /takes the name of a metric/],
    ['paper, draft', ',', /Expected a name, a word or "\(" here, got ","/],
  ])('marks what is wrong in %s', (line, marked, message) => {
    const [found, sentence] = markOf(line)
    expect(sentence).toMatch(message)
    expect(found).toBe(marked)
  })

  it('refuses what is longer or deeper than any person writes, without a crash', () => {
    expect(markOf('a '.repeat(300))[1]).toMatch(/at most 200 conditions/)
    expect(markOf('('.repeat(3000))[1]).toMatch(/at most 100 deep/)
    expect(markOf('not '.repeat(3000))[1]).toMatch(/at most 100 deep/)
  })

  it('either understands a line or says where it does not', () => {
    const pieces = [
      'K',
      'loss',
      'nc1',
      '[',
      ']',
      '2',
      '=',
      '<',
      '..',
      '(',
      ')',
      ',',
      'in',
      'not',
      'and',
      'or',
      '"',
      '@',
    ]
    const line = fc.oneof(
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(' ')),
      fc.string(),
    )
    fc.assert(
      fc.property(line, (text) => {
        try {
          conditionOf(text, fields)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LabError)
          expect(thrown).toMatchObject({ code: 'bad-input' })
          const { from, to } = LabError.from(thrown).details
          expect(Number(from)).toBeGreaterThanOrEqual(0)
          expect(Number(to)).toBeLessThanOrEqual(text.length)
          expect(Number(from)).toBeLessThanOrEqual(Number(to))
        }
      }),
      { numRuns: repetitions('CASES', 2000) },
    )
  })

  it('quotes values so that they come back as they were', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const condition = conditionOf(`name = ${quoteIfNeeded(value)}`, fields)
        expect(condition).toMatchObject({ test: { values: [value] } })
      }),
    )
  })
})

describe('names', () => {
  const compared = (line: string) => {
    const condition = conditionOf(line, fields)
    return condition?.type === 'compare' ? condition.operand : null
  }
  it('mean the metric beside a number and the parameter beside a word', () => {
    const metric = { kind: 'metric', quantity: 'loss', layer: null, reading: { of: 'last' } }
    const param = { kind: 'param', names: ['loss'] }
    expect(compared('loss < 0.1')).toEqual(metric)
    expect(compared('loss = mse')).toEqual(param)
    expect(compared('param.loss ~ "1"')).toEqual(param)
    expect(compared('metric.loss = 1')).toEqual(metric)
    expect(compared('loss@10 = 1')).toMatchObject({ kind: 'metric', reading: { of: 'step', step: 10 } })
  })

  it('may be the symbol of the paper, whatever the systems call it', () => {
    expect(compared('lambda=1')).toEqual({ kind: 'param', names: ['weightDecay', 'decay'] })
    expect(compared('λ=1')).toEqual({ kind: 'param', names: ['weightDecay'] })
    expect(compared('param.decay=1')).toEqual({ kind: 'param', names: ['decay'] })
  })

  it('of columns read back as they are written', () => {
    for (const name of ['created', 'param.loss', 'loss', 'min(nc1[2])', 'max(loss)', 'loss@1000', 'nc1[1]@5']) {
      expect(operandText(operandOf(name, fields))).toBe(name)
    }
  })
})

describe('times', () => {
  const test = (line: string) => {
    const condition = conditionOf(line, fields)
    return condition?.type === 'compare' && condition.test.of === 'number' ? condition.test.intervals[0] : null
  }
  const day = (date: number, hour = 0) => new Date(2026, 10, date, hour).getTime()
  it('are days, minutes or seconds of the local clock', () => {
    const whole = { withoutFrom: false, withoutTo: true }
    expect(test('created = 2026-11-22')).toEqual({ from: day(22), to: day(23), ...whole })
    expect(test('created <= 2026-11-22')).toMatchObject({ from: -Infinity, to: day(23), withoutTo: true })
    expect(test('created < 2026-11-22')).toMatchObject({ from: -Infinity, to: day(22), withoutTo: true })
    expect(test('created > 2026-11-22')).toMatchObject({ from: day(23), withoutFrom: false, to: Infinity })
    expect(test('created in 2026-11-01..2026-11-22T10:00')).toEqual({
      from: day(1),
      to: day(22, 10) + 60_000,
      ...whole,
    })
  })
  it('last seconds, minutes, hours, days or weeks', () => {
    const lengths = ['90', '90s', '1.5min', '2h', '1d', '1w'].map((text) => test(`duration = ${text}`)?.from)
    expect(lengths).toEqual([90, 90, 90, 7200, 86_400, 604_800])
  })
})

describe('what may follow a beginning', () => {
  it.each([
    ['', { term: true }],
    ['K', { connective: true, relation: { name: 'K' } }],
    ['K ', { connective: true, relation: { name: 'K' } }],
    ['K =', { value: { name: 'K' }, connective: false }],
    ['min(nc1[2]) in (', { value: { name: 'nc1', layer: 2 } }],
    ['K in (4,', { value: { name: 'K' } }],
    ['K = 4', { connective: true, relation: null, value: null }],
    ['K = 4 and', { term: true, connective: false }],
    ['not (star or', { term: true }],
    ['K = 4 )', { term: false, relation: null, value: null }],
    ['"open', { term: false, connective: false }],
  ])('%s', (beginning, expected) => {
    expect(expectedAfter(beginning)).toMatchObject(expected)
  })
})
