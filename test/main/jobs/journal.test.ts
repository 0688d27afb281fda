import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Journal } from '#main/jobs/journal'
import { openProject } from '#main/store/openProject'
import { LabError } from '#shared/errors'
import { fixedClock, newRun, runId, shownRuns, temporaryFolder } from '../../helpers/projects'

function journal(onTrouble: (trouble: LabError | null) => void = () => {}) {
  const project = openProject(join(temporaryFolder(), 'work.collapsar'), { clock: fixedClock() })
  const made = new Journal(project, onTrouble)
  onTestFinished(() => {
    made.close()
    project.close()
  })
  return { project, journal: made }
}

const full = new LabError('storage', 'the disk is full')
const refused = (error: LabError) => {
  throw error
}

describe('Journal', () => {
  it('keeps the order when a commit leads to further changes', () => {
    const { journal: made } = journal()
    const order: string[] = []
    const note = (name: string, committed = () => {}) =>
      made.write({ apply: () => order.push(name), committed, refused })
    note('first', () => {
      note('third')
      order.push('second')
    })
    expect(order).toEqual(['first', 'second', 'third'])
  })

  it('keeps what the disk refuses, and all that follows, until it is accepted', async () => {
    const trouble = vi.fn()
    const { journal: made } = journal(trouble)
    let isFull = true
    const order: string[] = []
    const apply = () => {
      if (isFull) throw full
      order.push('first')
    }
    made.write({ apply, refused })
    made.write({ apply: () => order.push('second'), refused })
    expect(made.trouble).toBe(full)
    expect(order).toEqual([])
    isFull = false
    await vi.waitFor(() => expect(order).toEqual(['first', 'second']), 5000)
    expect(made.trouble).toBeNull()
    expect(trouble.mock.calls).toEqual([[full], [null]])
  })

  it('undoes and hands back a change that can never be stored, and goes on', () => {
    const { journal: made, project } = journal()
    const errors: string[] = []
    const twice = () => {
      project.runs.enqueue(newRun(1))
      project.runs.enqueue(newRun(1))
    }
    made.write({ apply: twice, refused: (error) => errors.push(error.code) })
    made.write({ apply: () => project.runs.enqueue(newRun(2)), refused })
    expect(errors).toEqual(['internal'])
    expect(shownRuns(project)).toEqual([runId(2)])
  })

  it('leaves the event loop a turn between transactions, in order and with nothing half written', async () => {
    const { journal: made, project } = journal()
    const busy = (milliseconds: number) => {
      for (const end = performance.now() + milliseconds; performance.now() < end;);
    }
    const stored: number[] = []
    const changes = Array.from({ length: 12 }, (_, i) => ({
      apply: () => {
        busy(4)
        project.runs.enqueue(newRun(i + 1))
      },
      committed: () => void stored.push(i + 1),
      refused,
    }))
    made.write(...changes)
    expect(stored.length).toBeLessThan(12)
    expect(project.runs.ids()).toHaveLength(stored.length)
    made.write({ apply: () => project.runs.enqueue(newRun(13)), committed: () => void stored.push(13), refused })
    expect(stored).not.toContain(13)
    await vi.waitFor(() => expect(stored).toHaveLength(13))
    expect(stored).toEqual(Array.from({ length: 13 }, (_, i) => i + 1))
    expect(project.runs.ids()).toHaveLength(13)
  })

  it('writes a change that is refused among others by itself', () => {
    const { journal: made, project } = journal()
    const errors: string[] = []
    const enqueue = (number: number) => ({
      apply: () => project.runs.enqueue(newRun(number)),
      refused: ({ code }: LabError) => void errors.push(code),
    })
    made.write(enqueue(1), enqueue(2), enqueue(2), enqueue(3))
    made.close()
    expect(errors).toEqual(['internal'])
    expect(project.runs.ids()).toEqual([1, 2, 3].map(runId))
  })

  it('writes all that waits when it is closed', () => {
    const { journal: made, project } = journal()
    const slow = (number: number) => ({
      apply: () => {
        for (const end = performance.now() + 12; performance.now() < end;);
        project.runs.enqueue(newRun(number))
      },
      refused,
    })
    made.write(slow(1), slow(2), slow(3))
    expect(project.runs.ids()).toHaveLength(1)
    made.close()
    expect(project.runs.ids()).toHaveLength(3)
  })
})
