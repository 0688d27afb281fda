import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { emptyComparison } from '#shared/comparison'
import { mergeProject } from '#main/store/mergeProject'
import { openProject } from '#main/store/openProject'
import { newRun, runId, scalar, temporaryFolder } from '../../helpers/projects'
import { addRun, clock, emptyProject, nothing } from '../bundle/bundles'

const newId = () => runId(99)
/** A project to merge into, and the path of a closed one with the runs 1 and 2. */
function pair() {
  const folder = temporaryFolder()
  const { project: other, path: otherPath } = emptyProject(folder, 'other.clps')
  for (const number of [1, 2]) addRun(other, number)
  other.close()
  const { project } = emptyProject(folder)
  onTestFinished(() => project.close())
  return { folder, project, otherPath }
}

function edit(path: string, sql: string): void {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

describe('merging another project', () => {
  it('copies its runs whole, once, and does not touch it', async () => {
    const { project, otherPath } = pair()
    const before = readFileSync(otherPath)
    const [one, two] = [runId(1), runId(2)]
    const copied = [one, two].map((id) => ({ from: id, to: id }))
    expect(await mergeProject(project, otherPath, { newId })).toEqual({ ...nothing, copied })
    expect(await mergeProject(project, otherPath, { newId })).toEqual({ ...nothing, skipped: [one, two] })
    expect(readFileSync(otherPath)).toEqual(before)
    const other = openProject(otherPath, { clock, readOnly: true })
    onTestFinished(() => other.close())
    for (const id of [one, two]) {
      expect(project.transfer.content(id).document).toEqual(other.transfer.content(id).document)
    }
  })

  it('leaves what is in the bin or has not ended, and says so; a run of the same id becomes a new one', async () => {
    const { project, otherPath } = pair()
    const other = openProject(otherPath, { clock })
    other.runs.setBinned([runId(1)], 5)
    other.runs.enqueue(newRun(3))
    other.close()
    addRun(project, 2, [scalar('loss', 0, 3)])
    expect(await mergeProject(project, otherPath, { newId })).toEqual({
      ...nothing,
      copied: [{ from: runId(2), to: runId(99) }],
      refused: [{ from: runId(3), reason: expect.stringMatching(/pending/) }],
    })
  })

  it('brings its comparisons along, with the runs by their ids here', async () => {
    const { project, otherPath } = pair()
    const other = openProject(otherPath, { clock })
    const grouping = { by: 'run' as const }
    const theirs = {
      ...emptyComparison,
      grouping,
      runIds: [runId(1), runId(2)],
      hidden: [runId(2)],
      slots: { [runId(2)]: 3 },
    }
    other.comparisons.save('seeds', theirs, false, 5)
    other.close()
    addRun(project, 2, [scalar('loss', 0, 3)])
    project.comparisons.save('seeds', emptyComparison, false, 6)
    expect((await mergeProject(project, otherPath, { newId })).comparisons).toEqual(['seeds 2'])
    const expected = { ...theirs, runIds: [runId(1), runId(99)], hidden: [runId(99)], slots: { [runId(99)]: 3 } }
    expect(project.comparisons.get('seeds 2').comparison).toEqual(expected)
  })

  it('leaves comparisons that cannot be read, and brings the others and all runs', async () => {
    const { project, otherPath } = pair()
    const other = openProject(otherPath, { clock })
    const long = 'x'.repeat(1000)
    for (const name of ['', 'late', 'sound', 'spoilt', long]) other.comparisons.save(name, emptyComparison, false, 5)
    other.close()
    edit(otherPath, `UPDATE comparisons SET comparison = '{"runIds": 5}' WHERE name = 'spoilt'`)
    edit(otherPath, `UPDATE comparisons SET saved_at = 9223372036854775807 WHERE name = 'late'`)
    const report = await mergeProject(project, otherPath, { newId })
    expect(report.copied).toHaveLength(2)
    expect(report).toMatchObject({ comparisons: ['sound'], spoiltComparisons: ['late', '', 'spoilt', long] })
  })

  it('reads projects of every earlier format', async () => {
    const { folder, project } = pair()
    const old = join(folder, 'old.clps')
    copyFileSync('test/fixtures/format1.clps', old)
    const before = readFileSync(old)
    const { copied, refused } = await mergeProject(project, old, { newId })
    expect(copied.length + refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) expect(reason).toMatch(/pending|running/)
    expect(readFileSync(old)).toEqual(before)
  })

  it('goes on past a run with a damaged array', async () => {
    const { project, otherPath } = pair()
    edit(otherPath, `UPDATE arrays SET digest = zeroblob(32) WHERE run_id = '${runId(1)}'`)
    const { copied, refused } = await mergeProject(project, otherPath, { newId })
    expect(copied).toEqual([{ from: runId(2), to: runId(2) }])
    expect(refused).toEqual([{ from: runId(1), reason: expect.stringMatching(/damaged/) }])
    expect(project.runs.has(runId(1))).toBe(false)
  })

  it.each([
    ['a trigger', 'CREATE TRIGGER evil AFTER INSERT ON log BEGIN DELETE FROM runs; END', /trigger evil/],
    ['a view in place of a table', 'ALTER TABLE log RENAME TO l; CREATE VIEW log AS SELECT * FROM l', /not merged/],
    ['another column', 'ALTER TABLE runs ADD COLUMN extra TEXT', /table runs/],
    ['a missing table', 'DROP TABLE quarantine', /quarantine/],
    ['a newer format', 'PRAGMA user_version = 9999', /format 9999/],
    ['the mark of another program', 'PRAGMA application_id = 5', /not a Collapsar project/],
  ])('refuses a file with %s', async (_, sql, message) => {
    const { project, otherPath } = pair()
    edit(otherPath, sql)
    await expect(mergeProject(project, otherPath, { newId })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message),
    })
    expect(project.runs.ids()).toEqual([])
  })
})
