import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Project } from '#main/store/project'
import { batchOf } from './storeBatches'
import { runId } from './storeRuns'

/** Runs a job of storeWriter.mjs until it ends, or is killed `killAfter` ms after its first word. */
export async function runWriter(
  entry: string,
  args: readonly [project: string, job: string],
  { killAfter, fault }: { readonly killAfter?: number; readonly fault?: string } = {},
): Promise<{ readonly lines: readonly string[]; readonly signal: string | null; readonly code: number | null }> {
  const env = { ...process.env, ...(fault !== undefined && { COLLAPSAR_FAULT: fault }) }
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const closed = once(child, 'close')
  if (killAfter !== undefined) {
    await once(child.stdout, 'data')
    await pause(killAfter)
    child.kill('SIGKILL')
  }
  await closed
  // The last line may be cut off by the kill: what was not said wholly was not acknowledged.
  return { lines: output.split('\n').slice(0, -1), signal: child.signalCode, code: child.exitCode }
}

/** What is wrong with a project after its writer was killed: acknowledged batches that are missing, torn batches. */
export function brokenPromises(project: Project, lines: readonly string[]): string[] {
  const broken: string[] = []
  const acknowledged = new Map<number, number>()
  for (const line of lines) {
    const [word, number = '', batch = '-1'] = line.split(' ')
    if (word === 'run' || word === 'batch') acknowledged.set(Number(number), Number(batch))
  }
  for (const [number, last] of acknowledged) {
    const spectra = project.records.arrays(runId(number), 'spectrum', null)
    const losses = project.records.series(runId(number), 'loss', null)
    const batches = spectra.length / 5
    if (!Number.isInteger(batches) || losses.steps.length !== spectra.length) broken.push(`run ${number}: a torn batch`)
    if (batches <= last) broken.push(`run ${number}: batch ${last} was acknowledged, ${batches} are there`)
    for (let batch = 0; batch < batches; batch++) {
      const expected = batchOf(number, batch).filter(({ quantity }) => quantity === 'spectrum')
      const same = expected.every(({ data, step }, i) => {
        const place = batch * 5 + i
        const other = spectra[place]
        const isLossSame = losses.steps[place] === step && Object.is(losses.values[place], data[0])
        return isLossSame && other?.step === step && data.every((value, j) => Object.is(value, other.data[j]))
      })
      if (!same) broken.push(`run ${number}: batch ${batch} is not what was stored`)
    }
  }
  return broken
}
