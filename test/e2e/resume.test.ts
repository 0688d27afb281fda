import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Project } from '#main/store/project'
import type { StoredRun } from '#main/store/runs'
import { lookAt, remainsOf } from './helpers/remains'
import { CLI } from './helpers/startHost'

/** Some ten seconds of training, and a state to go on from five times a second. */
const spec = {
  system: 'deep-ufm',
  params: { K: 3, n: 4, width: 8, depth: 3, steps: 2_000_000 },
  probes: ['loss', 'gradientNorm', 'singularValues'],
  checkpoints: { steps: [1000], resumeSeconds: 0.2 },
}

const look = <T>(path: string, at: (project: Project, run: StoredRun) => T): T =>
  lookAt(path, (project) => at(project, project.runs.list()[0]!))
const remains = (path: string) => look(path, (project, { id }) => remainsOf(project, id))

function started(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The processes that a process has started. */
function childrenOf({ pid }: ChildProcess): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

/** Where the run went on so far. */
function resumptions(path: string): number[] {
  const log = look(path, (project, { id }) => project.log.of(id).map(({ message }) => message))
  return [...log.join('\n').matchAll(/Resumed at step (\d+)/g)].map((match) => Number(match[1]))
}

/** The step of the last stored state, once it is beyond where the run went on for the n-th time; 0: the beginning. */
function stateAfter(path: string, resumption: number): Promise<number> {
  return vi.waitFor(
    () => {
      const last = look(path, ({ checkpoints }, { id }) => checkpoints.lastStep(id)) ?? 0
      expect(last).toBeGreaterThan([0, ...resumptions(path)][resumption] ?? Infinity)
      return last
    },
    { timeout: 60_000, interval: 50 },
  )
}

it('a run whose worker and then whose service is killed ends with the bits of one that was left alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-resume-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [file, calm, rough] = ['spec.json', 'calm.clps', 'rough.clps'].map((name) => join(folder, name)) as [string, string, string] // prettier-ignore
  writeFileSync(file, JSON.stringify(spec))
  await promisify(execFile)(process.execPath, [CLI, 'run', '--spec', file, '--project', calm])

  const service = started(['run', '--spec', file, '--project', rough])
  const ended = once(service, 'exit')
  const first = await stateAfter(rough, 0)
  const [worker] = childrenOf(service)
  process.kill(worker!, 'SIGKILL')
  const second = await stateAfter(rough, 1)
  expect(childrenOf(service)).not.toContain(worker)
  service.kill('SIGKILL')
  await ended
  const { id } = look(rough, (_, run) => run)
  const resumed = await promisify(execFile)(process.execPath, [CLI, 'resume', id, '--project', rough, '--json'])
  expect(JSON.parse(resumed.stdout)).toMatchObject({ status: 'completed', step: spec.params.steps })

  const log = look(rough, (project) => project.log.of(id).map(({ message }) => message)).join('\n')
  expect(log).toMatch(/SIGKILL.*kept.*\nGoes on by itself from step \d+\..*The application ended.*kept/s)
  const [afterWorker, afterService, ...more] = resumptions(rough)
  expect(afterWorker).toBeGreaterThanOrEqual(first)
  expect(afterService).toBeGreaterThanOrEqual(second)
  expect(more).toEqual([])
  expect(remains(rough)).toEqual(remains(calm))
})
