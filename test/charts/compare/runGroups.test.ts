import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignSlots } from '#charts/compare/runGroups'
import { seriesStyle } from '#charts/compare/seriesStyle'
import { sweptSettings } from '#charts/compare/context'
import { themes } from '#charts/theme'
import { comparedRuns, contextOf, twoByThree } from './comparedRuns'

const labels = (context: ReturnType<typeof contextOf>) => context.groups.map(({ label }) => label)

describe('groupRuns', () => {
  it('puts runs together that differ in nothing but the seed, and names groups by what differs', () => {
    const context = contextOf(comparedRuns(twoByThree.toReversed()))
    expect(labels(context)).toEqual(['λ = 0.01', 'λ = 0.1'])
    expect(context.groups.map(({ runs }) => runs.map((run) => run.spec.seed))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ])
    expect(sweptSettings(context)).toEqual(['params.weightDecay', 'seed'])
  })

  it('says which settings a group mixes', () => {
    const runs = comparedRuns([{ weightDecay: 0.1, width: 2 }, { weightDecay: 0.2, width: 2 }, { width: 3 }])
    const { groups } = contextOf(runs, { grouping: { by: 'settings', settings: ['params.width'] } })
    expect(groups.map(({ label, mixed }) => [label, mixed])).toEqual([
      ['d = 2', ['λ']],
      ['d = 3', []],
    ])
  })

  it('names single runs by their name where it is theirs alone, else by what differs', () => {
    const runs = comparedRuns([
      { name: 'mine', seed: 1 },
      { name: 'sweep', seed: 2 },
      { name: 'sweep', seed: 3 },
    ])
    expect(labels(contextOf(runs, { grouping: { by: 'run' } }))).toEqual(['mine', 'seed = 2', 'seed = 3'])
  })

  it('names groups of several systems by the settings in which groups of one system differ', () => {
    const runs = comparedRuns([
      { system: 'other', width: 3 },
      { weightDecay: 0.1, seed: 0 },
      { weightDecay: 0.1, seed: 1 },
      { weightDecay: 0.2, seed: 4 },
    ])
    expect(labels(contextOf(runs))).toEqual(['other, λ = 0.1', 'tiny, λ = 0.1', 'tiny, λ = 0.2'])
  })

  it('calls a single group by its system', () => {
    expect(labels(contextOf(comparedRuns([{ seed: 0 }, { seed: 1 }])))).toEqual(['Tiny system'])
  })

  it('keeps the colour of a group when others come and go', () => {
    const all = comparedRuns([{ weightDecay: 0.1 }, { weightDecay: 0.2 }, { weightDecay: 0.3 }])
    const first = contextOf(all)
    const slots = Object.fromEntries(first.groups.map(({ key, slot }) => [key, slot]))
    const fewer = contextOf([all[2]!], { slots })
    expect(fewer.groups[0]!.slot).toBe(2)
  })

  it('draws a group in the colour that all its runs are marked with, and leaves that colour to it', () => {
    const runs = comparedRuns([
      { weightDecay: 0.1 },
      { weightDecay: 0.2, color: 'blue', seed: 0 },
      { weightDecay: 0.2, color: 'blue', seed: 1 },
      { weightDecay: 0.3, color: 'green', seed: 0 },
      { weightDecay: 0.3, seed: 1 },
    ])
    // Blue is number 0 of the palette; a group of which only one run is green has no colour of its own.
    expect(contextOf(runs).groups.map(({ slot }) => slot)).toEqual([1, 0, 2])
  })
})

describe('assignSlots', () => {
  it('gives every key a number of its own and never moves one', () => {
    const keys = fc.uniqueArray(fc.string(), { maxLength: 20 })
    fc.assert(
      fc.property(keys, keys, (before, now) => {
        const plain = (key: string) => ({ key, marked: null })
        const old = assignSlots({}, before.map(plain))
        const slots = assignSlots(old, now.map(plain))
        expect(new Set(Object.values(slots)).size).toBe(now.length)
        for (const key of now) if (Object.hasOwn(old, key)) expect(slots[key]).toBe(old[key])
      }),
    )
  })

  it('gives marked groups their colour and every group a number of its own', () => {
    const marks = fc.array(fc.option(fc.nat({ max: 6 })), { maxLength: 20 })
    fc.assert(
      fc.property(marks, fc.array(fc.nat({ max: 12 }), { maxLength: 20 }), (given, before) => {
        const groups = given.map((marked, i) => ({ key: `group ${i}`, marked }))
        const slots = assignSlots(Object.fromEntries(before.map((slot, i) => [`group ${i}`, slot])), groups)
        expect(new Set(Object.values(slots)).size).toBe(groups.length)
        for (const { key, marked } of groups) {
          if (marked !== null) expect(slots[key]! % themes.light.groups.length).toBe(marked)
        }
      }),
    )
  })
})

describe('seriesStyle', () => {
  it('tells 32 series apart, the first eight by colour alone', () => {
    const styles = Array.from({ length: 32 }, (_, slot) => seriesStyle(themes.light, slot))
    expect(new Set(styles.map((style) => JSON.stringify(style))).size).toBe(32)
    expect(styles.slice(0, 8).every(({ dash, marker }) => dash === 'solid' && marker === null)).toBe(true)
  })
})
