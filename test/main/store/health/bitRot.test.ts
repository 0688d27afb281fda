import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { random } from '#main/compute/rng/random'
import { blobTables } from '#main/store/health/blobTables'
import { bytesOfFloats } from '#main/store/floatBlob'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import { arrayRefs } from '#main/store/runContent'
import { pageDamage } from '#main/store/health/verify'
import { openConnection } from '#main/store/connection'
import { fixedClock, temporaryFolder } from '../../../helpers/projects'
import { repetitions } from '../../../helpers/repetitions'
import { addRun, emptyProject } from '../../bundle/bundles'

/** Flipped bits, each in an array of its own or not. */
const FLIPS = repetitions('FLIPS', 200)
const clock = fixedClock()

it(`finds each of ${FLIPS} flipped bits`, { timeout: 60_000 + 5000 * FLIPS }, async () => {
  const { project, path } = emptyProject(temporaryFolder())
  for (const number of [1, 2, 3, 4, 5]) addRun(project, number)
  project.close()
  const [database, connection] = [new Database(path), openConnection(path)]
  const reopened = () => openProject(path, { clock, readOnly: true })
  const blobs = blobTables.flatMap(({ name }) =>
    ['data', 'digest'].flatMap((column) =>
      database
        .prepare(`SELECT rowid, length(${column}) FROM ${name}`)
        .raw()
        .all()
        .map((row) => ({ table: name, column, row: numbersOf(row) })),
    ),
  )
  const dice = random(1, 'bit rot').uniform(3 * FLIPS)
  const below = (i: number, limit: number) => Math.floor((dice[i] ?? 0) * limit)
  let [found, seenBySqlite] = [0, 0]
  const before = reopened()
  const sound = await bitsOf(before)
  before.close()
  for (let flip = 0; flip < FLIPS; flip++) {
    const blob = blobs[below(3 * flip, blobs.length)]
    if (!blob) throw new Error('no blobs')
    const { table, column, row } = blob
    const [rowid = 0, length = 0] = row
    const flipIt = () => {
      const stored = database.prepare(`SELECT ${column} FROM ${table} WHERE rowid = ?`).pluck().get(rowid)
      if (!(stored instanceof Uint8Array)) throw new Error(`${table}.${column} is no blob`)
      const copy = Buffer.from(stored)
      const place = below(3 * flip + 1, length)
      copy[place] = (copy[place] ?? 0) ^ (1 << below(3 * flip + 2, 8))
      database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(copy, rowid)
    }
    flipIt()
    const looked = reopened()
    const { damaged } = await looked.health.verify()
    // A few bits of zstd's own framing mean nothing to the numbers: then every number has to be as it was.
    if (damaged.length === 0) expect([flip, await bitsOf(looked)]).toEqual([flip, sound])
    else expect([flip, damaged.map((damage) => [damage.table, damage.id])]).toEqual([flip, [[table, rowid]]])
    looked.close()
    found += Number(damaged.length > 0)
    if (pageDamage(connection) !== null) seenBySqlite++
    flipIt() // back
  }
  database.close()
  connection.close()
  console.log(
    `${FLIPS} flipped bits: ${found} found, the others change no number; SQLite's own check saw ${seenBySqlite}`,
  )
  expect(found).toBeGreaterThan(0.95 * FLIPS)
})

/** Everything that is stored, as whoever reads the project gets it. */
async function bitsOf(project: Project): Promise<string> {
  const hash = createHash('sha256')
  for (const id of project.runs.ids()) {
    const { document, read } = project.transfer.content(id)
    for (const ref of arrayRefs(document)) hash.update(bytesOfFloats(await read(ref)))
  }
  return hash.digest('hex')
}

function numbersOf(row: unknown): number[] {
  return Array.isArray(row) ? row.map(Number) : []
}
