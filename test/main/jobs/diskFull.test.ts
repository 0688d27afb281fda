import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AnalysisDesk } from '#main/jobs/analysisDesk'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { Scheduler } from '#main/jobs/scheduler'
import { workerLimits } from '#main/jobs/workerLimits'
import { openConnection, type Connection } from '#main/store/connection'
import { projectOn } from '#main/store/project'
import { pageDamage } from '#main/store/health/verify'
import { migrate } from '#main/store/schema'
import { parseRunSpec } from '#shared/spec'
import { failureOf, fixedClock, newRun, runId, temporaryFolder, vector } from '../../helpers/projects'
import { tinyExecute } from '../../helpers/tinySystem'

/** How a disk refuses, what SQLite makes of it, and how it comes back. */
interface Refusal {
  readonly message: RegExp
  refuse(connection: Connection): void
  relent(connection: Connection): void
}

const full: Refusal = {
  message: /disk is full.*Free/,
  refuse: (connection) => connection.exec('PRAGMA max_page_count = 1'), // SQLite takes the present size when it is more
  relent: (connection) => connection.exec('PRAGMA max_page_count = 1000000'),
}

/** Every write beyond the first byte of any file of this process fails, as on a drive that goes away. */
const failing: Refusal = {
  message: /disk reported an error.*Check that the drive/,
  refuse: () => limitFileSize('1'),
  relent: () => limitFileSize('unlimited'),
}
const canFail = process.platform === 'linux' && !spawnSync('prlimit', ['--version']).error
if (!canFail) console.warn('SKIPPED: disks that report errors. They need Linux and prlimit (util-linux).')

function limitFileSize(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
}

/** A project on a disk that refuses from `fill` to `free`. */
function limitedProject({ refuse, relent }: Refusal) {
  const path = join(temporaryFolder(), 'work.collapsar')
  const connection = openConnection(path)
  onTestFinished(() => connection.close())
  migrate(connection, 0)
  const project = projectOn(connection, { path, clock: fixedClock() })
  return {
    connection,
    project,
    fill: () => {
      refuse(connection)
      onTestFinished(() => relent(connection))
    },
    free: () => relent(connection),
  }
}

describe.each([['is full', full], ...(canFail ? [['reports errors', failing] as const] : [])] as const)(
  'a disk that %s',
  (_how, refusal) => {
    it('refuses a batch wholly, says what to do, and leaves the file sound', () => {
      const { connection, project, fill, free } = limitedProject(refusal)
      project.runs.enqueue(newRun(1))
      fill()
      const large = vector(
        'noise',
        0,
        Array.from({ length: 10_000 }, (_, i) => Math.sin(i ** 2)),
      )
      const error = failureOf(() => project.records.append(runId(1), [vector('small', 0, [1]), large]))
      expect(error).toMatchObject({
        code: 'storage',
        message: expect.stringMatching(refusal.message),
      })
      expect(project.records.measured(runId(1))).toEqual([])
      expect(pageDamage(connection)).toBeNull()
      free()
      project.records.append(runId(1), [large])
      expect(project.records.atOrBefore(runId(1), 'noise', null, 0)?.data).toEqual(large.data)
    })

    it('pauses the queue, which goes on by itself once there is space, and loses no record that arrived', async () => {
      const { project, fill, free } = limitedProject(refusal)
      let announced = -1
      const sent: number[] = []
      const execute: typeof tinyExecute = (spec, options) =>
        tinyExecute(spec, {
          ...options,
          sink: {
            ...options.sink,
            record(record) {
              if (record.quantity === 'values') sent.push(record.step)
              options.sink.record(record)
            },
          },
        })
      const scheduler = new Scheduler({
        project,
        startWorker: inProcessWorker(execute, { read: () => new Uint8Array() }),
        clock: fixedClock(),
        slots: 1,
        resumes: true,
        freeDiskBytes: () => Infinity,
        limits: workerLimits(1),
        groupingOf: () => ({ together: 1, reason: '' }),
        onCompleted: () => {},
        onConcluded: () => {},
        onSettled: () => {},
        onChanged: () => {},
        onMeasured: (_id, step) => (announced = step),
      })
      onTestFinished(() => scheduler.close())
      const spec = parseRunSpec({ system: 'tiny', params: { steps: 100_000, pauseMs: 2 } })
      project.runs.enqueue(newRun(1, { spec, steps: 100_000 }))
      project.runs.enqueue(newRun(2, { spec: parseRunSpec({ system: 'tiny' }), steps: 5 }))
      scheduler.wake()
      await vi.waitFor(() => expect(announced).toBeGreaterThan(0), 5000)
      fill()
      await vi.waitFor(() => expect(scheduler.trouble?.message).toMatch(refusal.message), 10_000)
      expect(scheduler.trouble?.code).toBe('storage')
      expect(project.runs.get(runId(1)).status).toBe('running')
      expect(project.runs.get(runId(2)).status).toBe('pending')
      const storedBefore = project.records.arrays(runId(1), 'values', null).length

      free()
      await vi.waitFor(() => expect(project.runs.get(runId(2)).status).toBe('completed'), 10_000)
      expect(scheduler.trouble).toBeNull()
      const interrupted = project.runs.get(runId(1))
      expect(interrupted).toMatchObject({ status: 'interrupted', error: { code: 'storage' } })
      const steps = project.records.arrays(runId(1), 'values', null).map((record) => record.step)
      expect(steps.length).toBeGreaterThan(storedBefore)
      expect(steps).toEqual(sent.slice(0, steps.length))
    })

    it('keeps what an analysis found until there is space, and starts no other before', async () => {
      const { project, fill, free } = limitedProject(refusal)
      const found = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i ** 2))
      const told = Promise.withResolvers<void>()
      const none = new Float64Array(0)
      const meta = { matrix: 'noise', dimension: 10_000, method: 'dense', dtype: 'float64' } as const
      const rest = {
        includesRegularisation: false,
        theoryCount: null,
        complete: true,
        products: null,
        maxResidual: null,
      }
      const result = { meta: { ...meta, ...rest }, levels: null, eigenvalues: found, bottom: none, residuals: none, vectors: null, quadrature: null, alignment: null } // prettier-ignore
      const desk = new AnalysisDesk({
        project,
        startWorker: inProcessWorker(
          tinyExecute,
          { read: () => new Uint8Array() },
          {
            async analyse() {
              await told.promise
              return { analysed: { type: 'analysed', status: 'done', result, error: null }, search: null }
            },
          },
        ),
        clock: fixedClock(),
        resumes: true,
        onChanged: () => {},
      })
      onTestFinished(() => desk.close())
      const status = (id: number) => project.analyses.get(id).status
      const first = desk.startMatrix('noise', new Uint8Array(1), {}).analysisId
      const second = desk.startMatrix('more noise', new Uint8Array(2), {}).analysisId
      fill()
      told.resolve()
      await vi.waitFor(() => expect(desk.trouble?.message).toMatch(refusal.message), 10_000)
      expect([status(first), status(second)]).toEqual(['running', 'pending'])
      free()
      await vi.waitFor(() => expect([status(first), status(second)]).toEqual(['done', 'done']), 10_000)
      expect(desk.trouble).toBeNull()
      expect(project.analyses.result(first)?.eigenvalues).toEqual(found)
    })
  },
)
