import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseWith } from '#shared/spec'

/** Where the parts of this installation lie. */
export interface Installation {
  readonly version: string
  /** Repository or package root. */
  readonly root: string
  readonly worker: string
  readonly preload: string
  readonly pages: string
  readonly resources: string
}

/** @param mainFolder out/main, where the built entries lie side by side */
export function installationAt(mainFolder: string): Installation {
  const root = join(mainFolder, '..', '..')
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return {
    version: parseWith(z.looseObject({ version: z.string() }), manifest, 'package.json').version,
    root,
    worker: join(mainFolder, 'worker.js'),
    preload: join(mainFolder, '..', 'preload', 'index.cjs'),
    pages: join(mainFolder, '..', 'renderer'),
    resources: join(root, 'resources'),
  }
}
