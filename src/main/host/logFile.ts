import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import electronLog from 'electron-log/node'
import type { Log } from '../core/log'

/** One megabyte each, the current one and four before it. */
const MAX_BYTES = 1_000_000
const KEPT = 4

export interface LogFile extends Log {
  /** What was written last, oldest first. */
  tail(): string
}

/** A log that rotates by itself: collapsar.log, collapsar.1.log … collapsar.4.log in the folder, newest first. */
export function openLogFile(folder: string, maxBytes = MAX_BYTES): LogFile {
  mkdirSync(folder, { recursive: true })
  const current = join(folder, 'collapsar.log')
  const earlier = (age: number) => join(folder, `collapsar.${age}.log`)
  const logger = electronLog.create({ logId: folder })
  logger.transports.console.level = false
  const { file } = logger.transports
  file.resolvePathFn = () => current
  file.maxSize = maxBytes
  file.format = '[{y}-{m}-{d} {h}:{i}:{s}.{ms}] [{level}] {text}'
  file.archiveLogFn = () => {
    rmSync(earlier(KEPT), { force: true })
    for (let age = KEPT - 1; age >= 1; age--) if (existsSync(earlier(age))) renameSync(earlier(age), earlier(age + 1))
    renameSync(current, earlier(1))
  }
  return {
    write(level, text) {
      logger[level === 'warning' ? 'warn' : level](text)
    },
    tail: () =>
      [earlier(1), current]
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path, 'utf8'))
        .join(''),
  }
}
