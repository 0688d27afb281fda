import fc from 'fast-check'
import { runFieldList, type Field } from '#shared/filter/fields'
import { asciiLower, type FilterRun } from './filterMeaning'

const blank = { symbol: '', help: '', aliases: [], layers: [], words: [] }
const number = { ...blank, type: 'number' } as const
/** What the runs of this file may have. */
export const filterRunFields: readonly Field[] = [
  ...runFieldList,
  { ...number, kind: 'param', name: 'K', label: 'Classes' },
  { ...number, kind: 'param', name: 'weightDecay', label: 'Weight decay', aliases: ['λ', 'lambda'] },
  { ...number, kind: 'param', name: 'decay', label: 'Decay', aliases: ['lambda'] },
  { ...blank, kind: 'param', name: 'loss', label: 'Loss', type: 'text', words: ['mse', 'ce'] },
  { ...number, kind: 'metric', name: 'loss', label: 'Loss', layers: [null] },
  { ...number, kind: 'metric', name: 'nc1', label: 'NC1', layers: [1, 2] },
  { ...number, kind: 'metric', name: 'verdict', label: 'Verdict', layers: [null], words: ['zero', 'collapse'] },
]

const measured = fc.oneof(
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 0.5, 1, 2),
  fc.double({ min: -3, max: 3, noNaN: true }),
)
const series = fc.array(measured, { minLength: 1, maxLength: 4 })
const word = fc.constantFrom('paper', 'Paper', 'alt', 'λ', 'it’s 10%', '_', 'a"b')

export const anyRun: fc.Arbitrary<FilterRun> = fc.record({
  name: fc.oneof(word, fc.string({ maxLength: 4 })),
  system: fc.constantFrom('deep-ufm', 'linear-network'),
  seed: fc.integer({ min: 0, max: 3 }),
  status: fc.constant('pending' as const),
  params: fc.record(
    {
      K: fc.integer({ min: 2, max: 6 }),
      weightDecay: fc.constantFrom(0, 1e-4, 5e-3, 0.1),
      decay: fc.constantFrom(1e-4, 1),
      loss: fc.constantFrom('mse', 'ce'),
    },
    { requiredKeys: [] },
  ),
  metrics: fc
    .record(
      { loss: series, first: series, second: series, verdict: fc.constantFrom([0], [1], [0, 1]) },
      { requiredKeys: [] },
    )
    .map(({ loss, first, second, verdict }) =>
      [
        { quantity: 'loss', layer: null, values: loss ?? [] },
        { quantity: 'nc1', layer: 1, values: first ?? [] },
        { quantity: 'nc1', layer: 2, values: second ?? [] },
        { quantity: 'verdict', layer: null, values: verdict ?? [] },
      ].filter(({ values }) => values.length > 0),
    ),
  star: fc.boolean(),
  color: fc.constantFrom(null, 'blue', 'orange'),
  tags: fc.uniqueArray(word, { maxLength: 2, selector: (tag) => asciiLower(tag) }),
  note: fc.constantFrom('', 'Paper figure 2', 'again'),
  claims: fc.uniqueArray(fc.record({ id: fc.constantFrom('01.C1', '01.C2'), holds: fc.boolean() }), {
    selector: ({ id }) => id,
  }),
})
