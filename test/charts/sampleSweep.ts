import type { SweepPoint, SweepResults } from '#shared/contract/sweepResults'
import { isSweepId } from '#shared/ids'
import { wilsonInterval } from '#shared/proportion'
import type { QuantityDefinition } from '#shared/records'

const codes = ['diverged', 'unconverged', 'zero', 'collapse', 'pair', 'polygon', 'rank']
const scalar = { unit: '', help: '', formula: '', source: '', kind: 'scalar', scale: 'linear', perLayer: false } as const // prettier-ignore
const quantities: readonly QuantityDefinition[] = [
  { ...scalar, id: 'loss', label: 'Loss', symbol: 'L' },
  { ...scalar, id: 'outputRank', label: 'Rank of the outputs', symbol: 'rank Z' },
  { ...scalar, id: 'verdict', label: 'Verdict', symbol: 'verdict', codes },
]
/** Of 64 runs with K = 4 at λ = 2⁻⁶, those that collapsed: theory note 02, C3, first seed. */
const counts = new Map([
  [2, [32, 54, 58, 62, 64, 64]],
  [3, [8, 16, 34, 42, 52, 56]],
])
const widths = [4, 6, 8, 12, 16, 24]
/** Losses of collapse and pair, of the order of the real ones. */
const losses = new Map([
  [2, [0.2006, 0.1982]],
  [3, [0.204, 0.179]],
])

function point(depth: number, width: number, collapsed: number, runs = 64): SweepPoint {
  const [collapse = 0, pair = 0] = losses.get(depth) ?? []
  const isCollapsed = Array.from({ length: runs }, (_, i) => i < collapsed)
  const each = (yes: number, no: number) => Float64Array.from(isCollapsed, (is) => (is ? yes : no))
  const levels = [
    { value: collapse, label: 'collapse' },
    { value: pair, label: 'pair' },
    { value: Math.log(4), label: 'zero' },
  ]
  const found = { collapse: collapsed, pair: runs - collapsed }
  const countOf = (state: string) => (state === 'collapse' || state === 'pair' ? found[state] : 0)
  return {
    at: [depth, width],
    runs,
    diverged: 0,
    missing: 0,
    states: [
      {
        quantity: 'verdict',
        counts: codes.map((state) => ({
          state,
          count: countOf(state),
          ...wilsonInterval({ count: countOf(state), runs }),
        })),
      },
    ],
    values: [
      { quantity: 'loss', values: each(collapse, pair), levels },
      { quantity: 'outputRank', values: each(3, 2), levels: [] },
      { quantity: 'verdict', values: each(3, 4), levels: [] },
    ],
  }
}

const sweepId = 'w-prevalence'
if (!isSweepId(sweepId)) throw new Error('not a sweep id')

/** The prevalence sweep of theory note 02, C3, with the note's own counts. */
export const sampleSweep: SweepResults = {
  sweepId,
  name: 'prevalence',
  system: 'deep-ufm',
  fields: [
    { path: 'params.depth', label: 'Depth', symbol: 'L', scale: 'linear' },
    { path: 'params.width', label: 'Width', symbol: 'd', scale: 'linear' },
  ],
  quantities,
  points: [...counts].flatMap(([depth, found]) => found.map((count, i) => point(depth, widths[i]!, count))),
  theory: [],
  figures: [
    { id: 'fraction', title: 'Runs that ended in collapse', mark: 'fraction', quantity: 'verdict', state: 'collapse' },
    { id: 'map', title: 'Map of collapse', mark: 'map', quantity: 'verdict', state: 'collapse' },
    { id: 'rank', title: 'Mean rank', mark: 'mean', quantity: 'outputRank' },
    {
      id: 'losses',
      title: 'Final losses',
      mark: 'histogram',
      quantity: 'loss',
      states: 'verdict',
      undecided: 'unconverged',
    },
  ],
}
