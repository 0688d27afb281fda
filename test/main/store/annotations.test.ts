import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runColors, type MarkChange } from '#shared/contract/runs'
import type { RunId } from '#shared/ids'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import { everyRun, fixedClock, newRun, runId, temporaryFolder } from '../../helpers/projects'

const ids = [1, 2, 3].map(runId)
const isolated: MarkChange = { star: true, color: 'pink', name: 'other', note: 'n', addTags: ['other'] }

function projectOfThree(): Project {
  const project = openProject(join(temporaryFolder(), 'work.clps'), { clock: fixedClock() })
  onTestFinished(() => project.close())
  ids.forEach((_, i) => project.runs.enqueue(newRun(i + 1)))
  return project
}
function written(project: Project) {
  const marks = project.annotations.marks(ids)
  return marks.map((mark) => ({
    ...mark,
    name: project.runs.get(mark.id).spec.name,
    note: project.annotations.of(mark.id).note,
  }))
}
const undo = (project: Project, steps: ReturnType<Project['annotations']['change']>) =>
  steps.forEach(({ runIds, change }) => project.annotations.change(runIds, change))

const tags = fc.uniqueArray(fc.constantFrom('paper', 'odd', 'λ large'), { maxLength: 3 })
const change: fc.Arbitrary<MarkChange> = fc.record(
  {
    name: fc.constantFrom('', 'mine', 'Σ_W'),
    star: fc.boolean(),
    color: fc.option(fc.constantFrom(...runColors)),
    note: fc.constantFrom('', 'odd **end**'),
    addTags: tags,
    removeTags: tags,
  },
  { requiredKeys: [] },
)
// A tag that is added and taken away at once is a question with two answers.
const sensible = change.filter(({ addTags = [], removeTags = [] }) => !addTags.some((tag) => removeTags.includes(tag)))
const some: fc.Arbitrary<RunId[]> = fc.subarray(ids)

describe('what a person writes on runs', () => {
  it('renames a run and nothing else of its spec', () => {
    const project = projectOfThree()
    const [first, second] = ids
    const { spec } = project.runs.get(first!)
    project.annotations.change([first!], { name: 'the good one' })
    expect(project.runs.get(first!).spec).toEqual({ ...spec, name: 'the good one' })
    expect(project.runs.get(second!).spec.name).toBe('run 2')
  })

  it('answers with steps that take it back, whatever the runs were before', () => {
    const project = projectOfThree()
    fc.assert(
      fc.property(some, sensible, some, sensible, (firstOnes, first, thenOnes, then) => {
        project.annotations.change(firstOnes, first)
        const before = written(project)
        undo(project, project.annotations.change(thenOnes, then))
        expect(written(project)).toEqual(before)
      }),
      { numRuns: 200 },
    )
  })

  it('takes a bulk change back with one step for each state that the runs were in', () => {
    const project = projectOfThree()
    const [first, second, third] = ids
    project.annotations.change([first!], { star: true })
    expect(project.annotations.change(ids, { star: true })).toEqual([
      { runIds: [second, third], change: { star: false } },
    ])
    expect(project.annotations.change(ids, { star: true })).toEqual([])
  })

  it('passes over runs that are not there', () => {
    const project = projectOfThree()
    expect(project.annotations.change([runId(9)], isolated)).toEqual([])
    expect(project.annotations.marks([runId(9), ids[2]!]).map(({ id }) => id)).toEqual([ids[2]])
  })

  it('gives a group the colour that all its runs have', () => {
    const project = projectOfThree()
    const slice = { sort: [], offset: 0, limit: 10 }
    const colorOf = () =>
      project.runQueries
        .groups(everyRun, slice, [{ kind: 'run', field: 'system' }], [])
        .groups.map(({ color }) => color)
    project.annotations.change(ids.slice(0, 2), { color: 'green' })
    expect(colorOf()).toEqual([null])
    project.annotations.change(ids, { color: 'green' })
    expect(colorOf()).toEqual(['green'])
  })
})
