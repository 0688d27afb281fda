import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { LabError } from '#shared/errors'
import type { Clock } from '../clock'
import { openConnection, type Connection } from '../connection'
import { faultPoint } from '../../core/faultPoint'
import { verify } from './verify'

/** A copy of a project: a project file itself, which opens like any other. */
export interface Backup {
  /** File name in the folder of the backups. */
  readonly name: string
  readonly bytes: number
  readonly madeAt: number
}

/** So many of each kind stay: those made by the clock and those made before a change of the format. */
const KEPT = 5
const UNFINISHED = '.unfinished'

/** Beside the project, named after it. */
export function backupFolder(projectPath: string): string {
  return `${projectPath}.backups`
}

/** Newest first. */
export function listBackups(projectPath: string): readonly Backup[] {
  const folder = backupFolder(projectPath)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => extname(name) === extname(projectPath))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name))
      return { name, bytes: size, madeAt: mtimeMs }
    })
    .sort((a, b) => b.madeAt - a.madeAt || b.name.localeCompare(a.name))
}

/**
 * Copies a project while it is in use, checks every array of the copy, and only then gives it its name; the oldest
 * backups beyond five go. A backup that is listed has been verified.
 *
 * @throws LabError 'storage' if the disk refuses or the copy is not sound; the earlier backups are untouched then
 */
export async function makeBackup(connection: Connection, projectPath: string, clock: Clock): Promise<Backup> {
  const place = placeFor(projectPath, clock.now())
  try {
    await connection.backup(place.unfinished)
    faultPoint('backup.copied')
    await checkCopy(place.unfinished)
    faultPoint('backup.checked')
    return finish(projectPath, place)
  } catch (thrown) {
    rmSync(place.unfinished, { force: true })
    throw thrown
  }
}

/** The copy that is made before the format of a project changes; by one statement, because nothing may come between. */
export function backUpBeforeMigration(
  connection: Connection,
  projectPath: string,
  version: number,
  clock: Clock,
): Backup {
  const place = placeFor(projectPath, clock.now(), `-format${version}`)
  connection.run('VACUUM INTO ?', [place.unfinished])
  const backup = finish(projectPath, place)
  faultPoint('migration.backedUp')
  return backup
}

interface Place {
  readonly name: string
  readonly path: string
  readonly unfinished: string
}

function placeFor(projectPath: string, now: number, suffix = ''): Place {
  const folder = backupFolder(projectPath)
  mkdirSync(folder, { recursive: true })
  // What an earlier process left half-made is worth nothing.
  for (const name of readdirSync(folder)) if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { force: true })
  const extension = extname(projectPath)
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const stem = `${basename(projectPath, extension)}-${stamp}${suffix}`
  const taken = (name: string) => existsSync(join(folder, name))
  let name = `${stem}${extension}`
  for (let i = 2; taken(name); i++) name = `${stem}-${i}${extension}`
  const path = join(folder, name)
  return { name, path, unfinished: `${path}${UNFINISHED}` }
}

async function checkCopy(path: string): Promise<void> {
  const copy = openConnection(path)
  try {
    // One plain file, which opens anywhere.
    copy.exec('PRAGMA journal_mode = DELETE')
    const { damaged, pages } = await verify(copy)
    const [first] = damaged
    if (pages === null && !first) return
    const found = pages ?? first?.what
    const message = `The backup was not kept, because it is not sound (${found}). Run Verify on the project itself.`
    throw new LabError('storage', message, { damaged: damaged.length })
  } finally {
    copy.close()
  }
}

function finish(projectPath: string, { name, path, unfinished }: Place): Backup {
  sync(unfinished)
  renameSync(unfinished, path)
  faultPoint('backup.renamed')
  if (process.platform !== 'win32') sync(dirname(path))
  prune(projectPath)
  const { size, mtimeMs } = statSync(path)
  return { name, bytes: size, madeAt: mtimeMs }
}

function prune(projectPath: string): void {
  const isBeforeMigration = (name: string) => /-format\d+(-\d+)?\.[^.]+$/.test(name)
  const backups = listBackups(projectPath)
  for (const kind of [true, false]) {
    const ofKind = backups.filter(({ name }) => isBeforeMigration(name) === kind)
    for (const { name } of ofKind.slice(KEPT)) rmSync(join(backupFolder(projectPath), name), { force: true })
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
