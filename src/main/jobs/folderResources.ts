import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { LabError } from '#shared/errors'
import type { Resources } from '../core/system'

/** The shipped files of one folder, by their path inside it. */
export function folderResources(folder: string): Resources {
  return {
    read(name) {
      const path = resolve(folder, name)
      const inside = relative(folder, path)
      if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
        throw new LabError('bad-input', `Resource "${name}": expected a file inside the folder of shipped files.`)
      }
      try {
        return readFileSync(path)
      } catch (cause) {
        const message = `The shipped file "${name}" is missing or cannot be read. Install Collapsar again.`
        throw new LabError('unavailable', message, { name }, { cause })
      }
    },
  }
}
