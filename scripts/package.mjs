/**
 * `npm run package -- [electron-builder's options]`: the installers of this system in dist/. electron-builder fetches
 * Electron's binary (and its own tools) once; everything else is here.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { note, prepare, root, runNode, runScript, SetupError } from './setup.mjs'

/** electron-builder.config.ts takes what lies here into the package. */
const OPENBLAS = join(root, '.cache', 'openblas')
const BUILDER = join(root, 'node_modules', 'electron-builder', 'cli.js')

const USAGE = `npm run package -- [--linux | --mac | --win] [dir]
Makes the installers of this system in dist/; "dir" stops at the unpacked folder.
  COLLAPSAR_OPENBLAS   path of a self-contained OpenBLAS with 32-bit integers that the package shall carry
                       (Linux, Windows; see README.md). Without it the app uses what the machine has.`

await runScript(async (args) => {
  if (args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  await prepare()
  bundleOpenblas(process.env.COLLAPSAR_OPENBLAS)
  return runNode([BUILDER, '--config', join(root, 'electron-builder.config.ts'), ...args])
})

function bundleOpenblas(library) {
  rmSync(OPENBLAS, { recursive: true, force: true })
  if (!library) return
  if (!existsSync(library)) throw new SetupError(`COLLAPSAR_OPENBLAS names ${library}, which is not there.`)
  mkdirSync(OPENBLAS, { recursive: true })
  copyFileSync(library, join(OPENBLAS, basename(library)))
  note(`The package will carry ${library}.`)
}
