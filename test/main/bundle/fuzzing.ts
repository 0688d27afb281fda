import { setFlagsFromString } from 'node:v8'
import { expect } from 'vitest'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import { openConnection, type Connection } from '#main/store/connection'
import { projectOn, type Project } from '#main/store/project'
import { migrate } from '#main/store/schema'
import { repetitions } from '../../helpers/repetitions'
import { clock } from './bundles'
import { diceOf, type Dice } from './mutations'

/** Half of the spoilt files are bundles, half project files. */
export const CASES = Math.ceil(repetitions('FUZZ', 2000) / 2)
const MOST_MS = 2000
const MOST_BYTES = 256 * 2 ** 20

export const timeout = 200_000 + 2000 * CASES

interface Tally {
  taken: number
  refused: number
  slowestMs: number
  /** What one case took beyond what the process had before it, of those that set a new peak. */
  mostBytes: number
}

/**
 * Tries every case on an empty project: it has to end in time, with a value or with a LabError that is no defect of
 * ours, and says what came of them.
 */
export async function tryAll(what: string, work: (dice: Dice, project: Project) => unknown): Promise<Tally> {
  const tally = { taken: 0, refused: 0, slowestMs: 0, mostBytes: 0 }
  for (let seed = 0; seed < CASES; seed++) {
    const connection = openConnection(':memory:')
    migrate(connection, 0)
    const project = projectOn(connection, { path: ':memory:', clock })
    // Time of the processor: how long the neighbours keep this process waiting says nothing about the importer.
    const begin = process.cpuUsage()
    const [resident, peak] = [process.memoryUsage.rss(), peakBytes()]
    try {
      await work(diceOf(seed), project)
      tally.taken++
    } catch (thrown) {
      const error = thrown instanceof LabError ? thrown : null
      expect([seed, error?.code ?? thrown]).not.toEqual([seed, 'internal'])
      expect([seed, error ?? thrown]).toEqual([seed, expect.any(LabError)])
      // What was refused has left nothing behind.
      expect([seed, everyRow(connection)]).toEqual([seed, 0])
      tally.refused++
    } finally {
      const { user, system } = process.cpuUsage(begin)
      tally.slowestMs = Math.max(tally.slowestMs, (user + system) / 1000)
      if (peakBytes() > peak) tally.mostBytes = Math.max(tally.mostBytes, peakBytes() - resident)
      connection.close()
    }
  }
  const [ms, mib] = [tally.slowestMs.toFixed(0), (tally.mostBytes / 2 ** 20).toFixed(0)]
  console.log(`${what}: ${tally.refused} refused, ${tally.taken} taken, slowest ${ms} ms, most ${mib} MiB`)
  expect(tally.slowestMs).toBeLessThan(MOST_MS)
  expect(tally.mostBytes).toBeLessThan(MOST_BYTES)
  return tally
}

/** Also of runs that are on their way in. */
function everyRow(connection: Connection): number {
  return connection.get(z.object({ n: z.int() }), 'SELECT count(*) AS n FROM runs')?.n ?? -1
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The limit is on what the importer takes, not on how late rubbish is collected: the young generation stays small. */
setFlagsFromString('--max-semi-space-size=8')
