import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasuredRecord } from '#shared/records'
import { bundlePieces } from '#main/bundle/writeBundle'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import type { CheckpointArray } from '#main/core/checkpoint'
import { fixedClock, newRun, runId, scalar, temporaryFolder, vector } from '../../helpers/projects'

export const clock = fixedClock()

/** An empty project that is closed by whoever asked for it. */
export function emptyProject(folder = temporaryFolder(), name = 'work.clps'): { path: string; project: Project } {
  const path = join(folder, name)
  return { path, project: openProject(path, { clock }) }
}

/** Ends a run that waits, with everything that a run can have. */
export function addRun(project: Project, number: number, records = sampleRecords(number), state = sampleState): void {
  const id = runId(number)
  project.runs.enqueue(newRun(number))
  project.runs.start(id, clock.now())
  project.runs.setProvenance(id, { version: '0.1.0', threads: 1 })
  project.records.append(id, records)
  project.log.add(id, { time: 5, level: 'warning', message: 'Quotes " and ünïcode' })
  for (const kept of [true, false]) {
    project.checkpoints.save(
      id,
      { checkpoint: { step: kept ? 4 : 9, arrays: state }, lastFiniteLoss: 0.25, trainedSeconds: 1.5 },
      kept,
    )
  }
  const checks = [
    { label: 'gap', measured: NaN, predicted: null, relation: 'atMost' as const, allowance: Infinity, holds: false },
  ]
  project.claims.save(id, 'tiny', { id: '01.C1', title: 't', source: 's', holds: false, checks }, 77)
  const error = { code: 'internal' as const, message: 'died', details: { code: 9 } }
  project.runs.end(id, { status: 'interrupted', step: 9, error, at: clock.now(), died: true })
}

export function sampleRecords(number: number): MeasuredRecord[] {
  const spectrum = { ...vector('spectrum', 4, [number, -0, NaN, Infinity]), meta: { method: 'dense', at: [1, 2] } }
  return [
    ...[0, 1, 4].map((step) => scalar('loss', step, number / (1 + step), 2)),
    scalar('accuracy', 4, 0.5),
    spectrum,
    vector('none', 4, []),
    vector(
      'zeros',
      4,
      Array.from({ length: 5000 }, () => 0),
    ),
  ]
}

export const sampleState: readonly CheckpointArray[] = [
  { name: 'W1', shape: [2, 2], data: Float64Array.of(1, -0, 3, 4) },
  { name: 'velocity W1', shape: [3], data: Float32Array.of(1, 2, 3) },
  { name: 'again W1', shape: [4], data: Float64Array.of(1, -0, 3, 4) },
]

/** Writes the bundle of a run to a file. */
export function bundleFile(project: Project, number: number, path: string): Buffer {
  const bytes = Buffer.concat([...bundlePieces(project.transfer.content(runId(number)), 'test')])
  writeFileSync(path, bytes)
  return bytes
}
