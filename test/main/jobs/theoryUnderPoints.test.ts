import { describe, expect, it } from 'vitest'
import { parseParams, type ParamValue } from '#shared/params'
import { theoryUnderPoints } from '#main/jobs/theoryUnderPoints'
import system from '#main/systems/deep-ufm/system'

const paths = ['params.depth', 'params.weightDecay', 'params.width']
const under = (params: Record<string, ParamValue>, rows: readonly ParamValue[][], swept = paths) =>
  theoryUnderPoints(
    system,
    system.sweepFigures!,
    swept,
    rows.map((at) => {
      const own = Object.fromEntries(swept.map((path, i) => [path.replace('params.', ''), at[i]!]))
      return { at, params: parseParams(system.params, { ...params, ...own }) }
    }),
  )

describe('theory under the points of a sweep', () => {
  const rows = [2, 3].flatMap((depth) =>
    [10, 12].flatMap((width) => [0.01, 0.05].map((decay) => [depth, decay, width])),
  )

  it('is one figure for all points of which it says the same', () => {
    // The width changes nothing about the gain.
    const found = under({}, rows)
    expect(found.map(({ figure, points }) => [figure.id, points])).toEqual([
      ['gain', [0, 1, 2, 3]],
      ['gain', [4, 5, 6, 7]],
    ])
    expect(found[0]!.figure.curves).not.toEqual(found[1]!.figure.curves)
    expect(under({ loss: 'ce' }, rows).map(({ figure }) => figure.id)).toEqual(['scale', 'scale'])
  })

  it('is nothing where its parameter was not swept, or no closed form applies', () => {
    expect(under({}, [[2], [3]], ['params.depth'])).toEqual([])
    expect(under({ classSizes: [1, 2, 3] }, rows)).toEqual([])
    expect(under({}, [])).toEqual([])
  })
})
