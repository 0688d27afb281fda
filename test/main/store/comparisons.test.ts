import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { emptyComparison, type Comparison } from '#shared/comparison'
import { openProject } from '#main/store/openProject'
import { failureOf, fixedClock, runId, temporaryFolder } from '../../helpers/projects'

const comparison: Comparison = {
  ...emptyComparison,
  runIds: [runId(1), runId(2)],
  slots: { 'a "key" with \\ and λ': 3 },
  panels: [
    {
      kind: 'curves',
      id: 'p1',
      width: 2,
      height: 1,
      metric: { quantity: 'loss', layer: null },
      x: { quantity: 'flowTime', layer: null },
      xScale: 'log',
      yScale: 'symlog',
      spread: { kind: 'bootstrap', coverage: 0.95 },
      showRuns: true,
      smoothing: 0.5,
      smoothExports: false,
    },
  ],
  zoom: { flowTime: { from: 0.1, to: 12.5 } },
}

function project(path = join(temporaryFolder(), 'work.collapsar')) {
  const opened = openProject(path, { clock: fixedClock() })
  onTestFinished(() => opened.close())
  return opened
}

describe('saved comparisons', () => {
  it('come back as they were, from the file', () => {
    const path = join(temporaryFolder(), 'work.collapsar')
    const first = openProject(path, { clock: fixedClock() })
    first.comparisons.save('three seeds', comparison, false, 10)
    first.close()
    expect(project(path).comparisons.get('three seeds')).toEqual({ name: 'three seeds', comparison, savedAt: 10 })
  })

  it('are listed latest first', () => {
    const { comparisons } = project()
    comparisons.save('old', emptyComparison, false, 1)
    comparisons.save('new', comparison, false, 2)
    expect(comparisons.list().map(({ name }) => name)).toEqual(['new', 'old'])
  })

  it('are replaced only on purpose', () => {
    const { comparisons } = project()
    comparisons.save('mine', emptyComparison, false, 1)
    expect(failureOf(() => comparisons.save('mine', comparison, false, 2))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/"mine" already.*another name, or replace/),
    })
    expect(comparisons.get('mine').comparison).toEqual(emptyComparison)
    comparisons.save('mine', comparison, true, 3)
    expect(comparisons.get('mine')).toMatchObject({ comparison, savedAt: 3 })
  })

  it('can be removed; one that is not there is named', () => {
    const { comparisons } = project()
    comparisons.save('mine', comparison, false, 1)
    comparisons.remove('mine')
    expect(comparisons.list()).toEqual([])
    expect(failureOf(() => comparisons.get('mine'))).toMatchObject({ code: 'not-found' })
    expect(failureOf(() => comparisons.remove('mine')).message).toMatch(/no comparison "mine"/)
  })
})
