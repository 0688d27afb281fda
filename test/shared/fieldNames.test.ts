import { describe, expect, it } from 'vitest'
import { fieldTitle, inSentence } from '#shared/fieldNames'
import { real } from '#shared/params'
import { parseRunSpec } from '#shared/spec'
import { fieldsOfSweep } from '#shared/specDifference'
import { parseSweepSpec } from '#shared/sweep'

const schema = { weightDecay: real({ default: 0.1, symbol: 'λ', label: 'Weight decay', help: '' }) }

describe('fieldTitle', () => {
  it.each([
    ['params.weightDecay', 'Weight decay λ'],
    ['seed', 'Seed'],
    ['backend.dtype', 'Precision'],
    ['schedule.perDecade', 'Measured steps per decade'],
    ['probeSchedules.loss', 'Schedule of loss'],
    ['computed by.steppedOn', 'Steps on'],
    // Of a run of another version.
    ['params.gone', 'gone'],
  ])('calls %s %s', (path, title) => expect(fieldTitle(path, schema)).toBe(title))

  it('has words for every field that a spec can differ in', () => {
    const strategies = [{ kind: 'grid' }, { kind: 'random', draws: 3 }, { kind: 'halving', firstSteps: 10 }] as const
    const base = parseRunSpec({ system: 'tiny', params: { weightDecay: 0.1 }, probeSchedules: { loss: {} } })
    const paths = strategies.flatMap((strategy) => [...fieldsOfSweep(parseSweepSpec({ base, strategy })).keys()])
    for (const path of paths) expect(fieldTitle(path, schema)).toMatch(/^\p{Lu}[\p{L} ]*( λ)?$/u)
  })
})

it('inSentence keeps names that are not words', () => {
  expect(['Weight decay', 'NC1', 'L', 'loss'].map(inSentence)).toEqual(['weight decay', 'NC1', 'L', 'loss'])
})
