import { describe, expect, it } from 'vitest'
import { completionAt, valueCandidate } from '#shared/filter/complete'
import { filterRunFields as fields } from '../../helpers/filterRuns'

const at = (line: string) => completionAt(line, line.length, fields)
const texts = (line: string) => at(line).candidates.map(({ text }) => text)

describe('completion', () => {
  it('offers names that begin with the word at the caret, by their label or symbol too', () => {
    expect(texts('lam')).toEqual(['weightDecay', 'decay'])
    expect(texts('K=4 and cre')).toEqual(['created'])
    expect(texts('λ')).toEqual(['weightDecay'])
    expect(texts('classes')).toEqual(['K'])
    expect(texts('nc')).toEqual(['nc1[1]', 'nc1[2]'])
    expect(texts('')).toContain('star')
  })
  it('replaces only the word at the caret', () => {
    const line = 'K=4 and st or seed=1'
    expect(completionAt(line, 10, fields)).toMatchObject({ from: 8, to: 10 })
  })
  it('offers relations that fit what stands before, then values', () => {
    expect(texts('K ')).toEqual(['and', 'or', '=', '!=', '<', '<=', '>', '>=', 'in ('])
    expect(texts('name ')).toEqual(['and', 'or', ':', '!=', '~', 'in ('])
    expect(texts('status:')).toContain('completed')
    expect(texts('status:comp')).toEqual(['completed'])
    expect(texts('verdict = ')).toEqual(['zero', 'collapse'])
  })
  it('says whose values the project should be asked for', () => {
    expect(at('K in (4, ').valuesOf).toBe('param.K')
    expect(at('λ = 1').valuesOf).toBe('param.weightDecay')
    expect(at('nc1[2] < ').valuesOf).toBe('nc1[2]')
    expect(at('tag:').valuesOf).toBe('tag')
    expect(at('status:').valuesOf).toBeNull()
    expect(valueCandidate('a b', 1)).toEqual({ text: '"a b"', hint: '1 run' })
  })
  it('offers and, or after a comparison, and nothing inside quotes or after a finished word', () => {
    expect(texts('K=4 ')).toEqual(['and', 'or'])
    expect(texts('name:"a b')).toEqual([])
    expect(texts('status:completed')).toEqual([])
  })
})
