import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { LabError } from '#shared/errors'
import { isSweepId, type RunId, type SweepId } from '#shared/ids'
import type { MeasuredRecord } from '#shared/records'
import type { Project } from '#main/store/project'
import type { RunSelection } from '#main/store/runQuery'

export { newRun, runId } from './storeRuns'

/** An empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A clock that stands still until it is told otherwise. */
export function fixedClock(now = 1_700_000_000_000) {
  return { now: () => now, advance: (milliseconds: number) => (now += milliseconds) }
}

export function sweepId(number: number): SweepId {
  const id = `w-${String(number).padStart(10, '0')}`
  if (!isSweepId(id)) throw new Error(`${id} is not a sweep id`)
  return id
}

export function scalar(quantity: string, step: number, value: number, layer: number | null = null): MeasuredRecord {
  return { quantity, layer, step, shape: [], data: Float64Array.of(value), meta: null }
}

export function vector(quantity: string, step: number, values: readonly number[]): MeasuredRecord {
  return { quantity, layer: null, step, shape: [values.length], data: Float64Array.from(values), meta: null }
}

/** The LabError that the work ends with. */
export function failureOf(work: () => unknown): LabError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown
    throw thrown
  }
  throw new Error('expected a LabError, but the work succeeded')
}

export const everyRun: RunSelection = { condition: null, binned: false, group: null, now: 0 }

/** The runs outside the bin, newest first. */
export function shownRuns(project: Project): readonly RunId[] {
  return project.runQueries.ids(everyRun, { sort: [], offset: 0, limit: 1000 })
}
