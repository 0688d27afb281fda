import { cpSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Condition } from '#shared/filter/condition'
import { conditionOf, operandOf } from '#shared/filter/resolve'
import { quoteIfNeeded } from '#shared/filter/tokens'
import { parseRunSpec } from '#shared/spec'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import type { RunSelection, SortKey } from '#main/store/runQuery'
import { fulfils, STEP, type FilterRun } from '../../helpers/filterMeaning'
import { anyRun, filterRunFields } from '../../helpers/filterRuns'
import { batchOf } from '../../helpers/storeBatches'
import { everyRun, failureOf, fixedClock, newRun, runId, scalar, temporaryFolder } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'

const clock = fixedClock()

function emptyProject(): Project {
  const made = openProject(join(temporaryFolder(), 'work.clps'), { clock })
  onTestFinished(() => made.close())
  return made
}

function addRun(project: Project, number: number, run: FilterRun): void {
  const id = runId(number)
  const { name, system, seed, params } = run
  project.runs.enqueue(newRun(number, { spec: parseRunSpec({ name, system, seed, params }) }))
  for (const { quantity, layer, values } of run.metrics) {
    // One batch per value, so that last, smallest and largest grow as they do while a run trains.
    values.forEach((value, i) => project.records.append(id, [scalar(quantity, i * STEP, value, layer)]))
  }
  project.annotations.change([id], { star: run.star, color: run.color, addTags: run.tags, note: run.note })
  for (const { id: claim, holds } of run.claims) {
    project.claims.save(id, system, { id: claim, title: claim, source: '', holds, checks: [] }, 0)
  }
}

function countOf({ runQueries }: Project, selection: RunSelection): number {
  return runQueries.page(selection, { sort: [], offset: 0, limit: 0 }, []).total
}

const plainRun: FilterRun = {
  name: '',
  system: 'deep-ufm',
  seed: 0,
  status: 'pending',
  params: {},
  metrics: [],
  star: false,
  color: null,
  tags: [],
  note: '',
  claims: [],
}

const number = fc.constantFrom('0', '0.5', '1', '2', '-1', '1e-4', '5e-3', 'inf', '-inf', '4')
const numbers = fc.oneof(
  fc.tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>='), number).map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constantFrom('in', 'not in'), fc.array(number, { minLength: 1, maxLength: 3 }))
    .map(([relation, list]) => `${relation} (${list.join(', ')})`),
  fc.tuple(fc.constantFrom('=', 'in', 'not in'), number, number).map(([relation, a, b]) => `${relation} ${a}..${b}`),
  fc.constantFrom('= nan', '!= nan', 'in (nan, 1)'),
)
const numeric = fc.constantFrom(
  'K',
  'lambda',
  'λ',
  'param.weightDecay',
  'seed',
  'metric.loss',
  'nc1[1]',
  'nc1[2]',
  'min(loss)',
  'max(nc1[2])',
  'last(loss)',
  'loss@0',
  'loss@15',
  'nc1[1]@9',
  'nc1[7]',
  'verdict',
)
const text = fc
  .constantFrom('paper', 'PAPER', 'a', 'λ', '10%', '_', '"', 'again', '')
  .map((value) => `"${value.replace('"', '\\"')}"`)
const textual = fc.tuple(
  fc.constantFrom('name', 'system', 'tag', 'note', 'color'),
  fc.constantFrom('=', '!=', '~', '!~', ':'),
  text,
)
const term = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(numeric, numbers).map((parts) => parts.join(' ')) },
  textual.map((parts) => parts.join(' ')),
  fc.constantFrom('star', 'star:no', 'claims:fail', 'claims = hold', 'fails:01.C2', 'holds != 01.C1', 'loss = mse'),
  fc.constantFrom('verdict:collapse', 'verdict != zero', 'loss in (mse, ce)', 'status:pending', 'tag in (paper, alt)'),
  fc.constantFrom('paper', 'alt', 'deep', 'UFM', 'figure').map(quoteIfNeeded),
)
const filter = fc.letrec<{ line: string }>((tie) => ({
  line: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    term,
    fc.tuple(tie('line'), fc.constantFrom(' and ', ' or ', ' '), tie('line')).map((parts) => `(${parts.join('')})`),
    tie('line').map((line) => `not ${line}`),
  ),
})).line

describe('a filter line', () => {
  it('keeps in SQL the runs that it keeps by its meaning', () => {
    const project = emptyProject()
    const runs = fc.sample(anyRun, { numRuns: 60, seed: 7 })
    runs.forEach((run, i) => addRun(project, i, run))
    fc.assert(
      fc.property(filter, (line) => {
        const condition = conditionOf(line, filterRunFields)
        if (!condition) throw new Error('the line is not empty')
        const selection = { ...everyRun, condition }
        const found = project.runQueries.ids(selection, { sort: [], offset: 0, limit: 1000 })
        const expected = runs.flatMap((run, i) => (fulfils(run, condition) ? [runId(i)] : []))
        expect([...found].reverse()).toEqual(expected)
        expect(countOf(project, selection)).toBe(expected.length)
      }),
      { numRuns: repetitions('CASES', 1500) },
    )
  })

  it('binds what was typed and never makes SQL of it', () => {
    const project = emptyProject()
    addRun(project, 1, { ...plainRun, name: 'kept' })
    const hostile = `'; DROP TABLE runs; --`
    for (const line of [`name = "${hostile}"`, `"${hostile}"`, `tag in ("${hostile}", "x' OR 1=1")`]) {
      const condition = conditionOf(line, filterRunFields)
      expect(countOf(project, { ...everyRun, condition })).toBe(0)
    }
    const names = [`K' OR '1`, 'rowid', 'spec', 'sqlite_schema', 'runs.spec', 'constructor', '__proto__']
    for (const name of names) {
      expect(failureOf(() => conditionOf(`"x" or ${name} = 1`, filterRunFields)).code).toBe('bad-input')
      expect(failureOf(() => operandOf(name, filterRunFields)).code).toBe('bad-input')
    }
    expect(countOf(project, everyRun)).toBe(1)
  })

  it('says so when it names more values than one query can join', () => {
    const project = emptyProject()
    const part = (layer: number): Condition => ({
      type: 'compare',
      operand: { kind: 'metric', quantity: 'nc1', layer, reading: { of: 'last' } },
      test: { of: 'number', intervals: [], nan: true, outside: false },
    })
    const condition = { type: 'or', parts: Array.from({ length: 70 }, (_, layer) => part(layer)) } as const
    const error = failureOf(() => countOf(project, { ...everyRun, condition }))
    expect(error).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/More than 60 different values/) })
  })
})

const operand = (name: string) => operandOf(name, filterRunFields)
const by = (name: string, descending = false): SortKey => ({ operand: operand(name), descending })

const lossOf = (...values: number[]) => [{ quantity: 'loss', layer: null, values }]

function threeSettings() {
  const project = emptyProject()
  const losses = [0.1, 0.1 + 1e-15, 0.1 - 1e-15, 5, NaN, 7]
  losses.forEach((loss, i) => {
    const params = { K: i < 3 ? 2 : 4 }
    addRun(project, i, { ...plainRun, name: `run ${i}`, seed: i % 3, params, metrics: lossOf(loss) })
  })
  const claims = [{ id: '01.C1', holds: true }]
  addRun(project, 6, { ...plainRun, star: true, color: 'blue', tags: ['b', 'A'], note: '# so', claims })
  return project
}

describe('rows', () => {
  it('come a page at a time, sorted by anything, runs without the value last both ways', () => {
    const { runQueries } = threeSettings()
    const names = (sort: SortKey[], offset: number) =>
      runQueries.page(everyRun, { sort, offset, limit: 3 }, []).rows.map((row) => row.name)
    expect(names([], 0)).toEqual(['', 'run 5', 'run 4'])
    expect(names([by('metric.loss')], 0)).toEqual(['run 2', 'run 0', 'run 1'])
    expect(names([by('metric.loss', true)], 3)).toEqual(['run 0', 'run 2', 'run 4'])
    expect(names([by('metric.loss', true)], 6)).toEqual([''])
    expect(names([by('K', true), by('seed')], 0)).toEqual(['run 3', 'run 4', 'run 5'])
    expect(names([by('K', true), by('seed')], 6)).toEqual([''])
  })

  it('show what was asked for, NaN and infinities included, and what a person wrote', () => {
    const { runQueries } = threeSettings()
    const columns = ['K', 'metric.loss', 'seed', 'created', 'duration', 'tag', 'claims', 'held'].map(operand)
    const [marked, five, nan] = runQueries.page(everyRun, { sort: [], offset: 0, limit: 3 }, columns).rows
    expect(marked).toEqual({
      id: runId(6),
      name: '',
      system: 'deep-ufm',
      status: 'pending',
      star: true,
      color: 'blue',
      tags: ['A', 'b'],
      hasNote: true,
      values: [null, null, 0, 1_700_000_000_006, null, 'A, b', 'hold', 1],
    })
    expect(five).toMatchObject({ star: false, color: null, tags: [], hasNote: false })
    expect(five?.values).toEqual([4, 7, 2, 1_700_000_000_005, null, null, 'unchecked', null])
    expect(nan?.values[1]).toBeNaN()
  })

  it('are in the bin or outside it', () => {
    const { runs, runQueries } = threeSettings()
    runs.end(runId(0), { status: 'completed', step: 10, error: null, at: clock.now() })
    runs.setBinned([runId(0), runId(1)], clock.now())
    expect(runQueries.active([runId(0), runId(1)])).toEqual([runId(1)])
    expect(runQueries.page(everyRun, { sort: [], offset: 9, limit: 9 }, [])).toEqual({ total: 6, rows: [] })
    expect(runQueries.ids({ ...everyRun, binned: true }, { sort: [], offset: 0, limit: 9 })).toEqual([runId(0)])
    expect(runQueries.statusCounts()).toMatchObject({ counts: { pending: 6, completed: 0 }, binned: 1 })
    runs.setBinned([runId(0)], null)
    expect(runQueries.recent(2)).toEqual({ running: [], waiting: [runId(1), runId(2)], ended: [runId(0)] })
  })

  it('stay at hand where they did not end well, however many have ended since', () => {
    const { runs, runQueries } = threeSettings()
    const end = (number: number, status: 'completed' | 'failed' | 'diverged') =>
      runs.end(runId(number), { status, step: 10, error: null, at: clock.now() + number })
    end(0, 'failed')
    end(1, 'diverged')
    for (const later of [2, 3, 4]) end(later, 'completed')
    expect(runQueries.recent(2).ended).toEqual([runId(4), runId(3), runId(1), runId(0)])
  })
})

describe('groups', () => {
  it('of everything but the seed have number, mean and a spread that does not cancel', () => {
    const { runQueries } = threeSettings()
    const setting = [{ kind: 'param', names: ['spec.setting'] } as const]
    const columns = ['K', 'metric.loss', 'seed', 'name'].map(operand)
    const { total, groups } = runQueries.groups(everyRun, { sort: [by('K')], offset: 0, limit: 10 }, setting, columns)
    expect(total).toBe(3)
    expect(groups.map((group) => group.runs)).toEqual([3, 3, 1])
    const [two, four] = groups
    expect(two).toMatchObject({ newest: runId(2) })
    expect(two?.cells[0]).toEqual({ common: 2, distinct: 1, count: 3, mean: 2, std: 0 })
    // Σx² − n·mean² gives 0 or the root of a negative number here; three numbers 1e-15 apart have a spread of 1e-15.
    expect(two?.cells[1]?.std).toBeGreaterThan(0.9e-15)
    expect(two?.cells[1]?.std).toBeLessThan(1.1e-15)
    expect(four?.cells[1]).toEqual({ common: null, distinct: 3, count: 2, mean: 6, std: Math.SQRT2 })
    expect(four?.cells[3]).toMatchObject({ common: null, distinct: 3, count: 0, mean: null, std: null })
  })

  it('of any columns open to their runs, the group without the value too', () => {
    const { runQueries } = threeSettings()
    const groupBy = [operand('K'), operand('star')]
    const { groups } = runQueries.groups(everyRun, { sort: [], offset: 0, limit: 2 }, groupBy, [])
    expect(groups.map(({ key, runs }) => ({ key, runs }))).toEqual([
      { key: [null, 'yes'], runs: 1 },
      { key: [4, 'no'], runs: 3 },
    ])
    const open = (key: readonly (string | number | null)[]) =>
      runQueries.ids({ ...everyRun, group: { by: groupBy, key } }, { sort: [], offset: 0, limit: 9 })
    expect(open([null, 'yes'])).toEqual([runId(6)])
    expect(open([4, 'no'])).toEqual([runId(5), runId(4), runId(3)])
  })

  it('find NaN as a value of its own', () => {
    const { runQueries } = threeSettings()
    const loss = [operand('metric.loss')]
    const condition = conditionOf('K=4', filterRunFields)
    const { groups } = runQueries.groups({ ...everyRun, condition }, { sort: [], offset: 0, limit: 9 }, loss, [])
    expect(groups.map((group) => group.key[0])).toEqual([7, NaN, 5])
    const selection = { ...everyRun, condition, group: { by: loss, key: [NaN] } }
    expect(runQueries.ids(selection, { sort: [], offset: 0, limit: 9 })).toEqual([runId(4)])
  })
})

describe('what can be named', () => {
  it('are the values and metrics that runs have', () => {
    const { runQueries, runValues, records } = threeSettings()
    records.append(runId(1), [scalar('nc1', 0, 1, 2), scalar('nc1', 0, 1, 1), scalar('α', 0, 1)])
    expect(runQueries.metrics()).toEqual([
      { quantity: 'loss', layer: null },
      { quantity: 'nc1', layer: 1 },
      { quantity: 'nc1', layer: 2 },
      { quantity: 'α', layer: null },
    ])
    expect(runValues.parameters()).toEqual(['K'])
    expect(runValues.differing(3)).toEqual(['K'])
    expect(runQueries.values(everyRun, operand('K'), 5)).toEqual([
      { value: 2, runs: 3 },
      { value: 4, runs: 3 },
    ])
  })
})

describe('a project of the first schema', () => {
  it('is filled when it is opened', () => {
    const path = join(temporaryFolder(), 'old.clps')
    cpSync(new URL('../../fixtures/format1.clps', import.meta.url), path)
    const project = openProject(path, { clock })
    onTestFinished(() => project.close())
    const named = ['metric.loss', 'min(loss)', 'max(loss)', 'loss@4', 'dtype'].map(operand)
    const columns = [{ kind: 'param', names: ['width'] } as const, ...named]
    const [row] = project.runQueries.page(everyRun, { sort: [], offset: 0, limit: 1 }, columns).rows
    // The newest is run 3, with two batches.
    const losses = [0, 1]
      .flatMap((batch) => batchOf(3, batch))
      .filter(({ quantity }) => quantity === 'loss')
      .map(({ data }) => data[0]!)
    expect(row?.values).toEqual([2, losses.at(-1), Math.min(...losses), Math.max(...losses), losses[4], 'float64'])
  })
})
