import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { mergeProject } from '#main/store/mergeProject'
import { openProject } from '#main/store/openProject'
import { failureOf, newRun, runId, scalar, temporaryFolder } from '../../helpers/projects'
import { addRun, clock, emptyProject } from '../bundle/bundles'

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
  it('copies its runs whole, once, and does not touch it', () => {
    const { project, otherPath } = pair()
    const before = readFileSync(otherPath)
    const [one, two] = [runId(1), runId(2)]
    const copied = [one, two].map((id) => ({ from: id, to: id }))
    expect(mergeProject(project, otherPath, newId)).toEqual({ copied, skipped: [], refused: [] })
    expect(mergeProject(project, otherPath, newId)).toEqual({ copied: [], skipped: [one, two], refused: [] })
    expect(readFileSync(otherPath)).toEqual(before)
    const other = openProject(otherPath, { clock, readOnly: true })
    onTestFinished(() => other.close())
    for (const id of [one, two]) {
      expect(project.transfer.content(id).document).toEqual(other.transfer.content(id).document)
    }
  })

  it('leaves what is in the bin or has not ended, and says so; a run of the same id becomes a new one', () => {
    const { project, otherPath } = pair()
    const other = openProject(otherPath, { clock })
    other.runs.setBinned([runId(1)], 5)
    other.runs.enqueue(newRun(3))
    other.close()
    addRun(project, 2, [scalar('loss', 0, 3)])
    expect(mergeProject(project, otherPath, newId)).toEqual({
      copied: [{ from: runId(2), to: runId(99) }],
      skipped: [],
      refused: [{ from: runId(3), reason: expect.stringMatching(/pending/) }],
    })
  })

  it('reads projects of every earlier format', () => {
    const { folder, project } = pair()
    const old = join(folder, 'old.clps')
    copyFileSync('test/fixtures/format1.clps', old)
    const before = readFileSync(old)
    const { copied, refused } = mergeProject(project, old, newId)
    expect(copied.length + refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) expect(reason).toMatch(/pending|running/)
    expect(readFileSync(old)).toEqual(before)
  })

  it('goes on past a run with a damaged array', () => {
    const { project, otherPath } = pair()
    edit(otherPath, `UPDATE arrays SET digest = zeroblob(32) WHERE run_id = '${runId(1)}'`)
    const { copied, refused } = mergeProject(project, otherPath, newId)
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
  ])('refuses a file with %s', (_, sql, message) => {
    const { project, otherPath } = pair()
    edit(otherPath, sql)
    const error = failureOf(() => mergeProject(project, otherPath, newId))
    expect([error.code, error.message]).toEqual(['bad-input', expect.stringMatching(message)])
    expect(project.runs.ids()).toEqual([])
  })
})
