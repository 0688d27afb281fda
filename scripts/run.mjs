/** `node scripts/run.mjs ENTRY …args`: sets up when needed, then runs one built entry. */
import { join } from 'node:path'
import { prepare, root, runNode, runScript, SetupError } from './setup.mjs'

const ENTRIES = ['cli', 'bench']

await runScript(async ([entry, ...args]) => {
  if (!ENTRIES.includes(entry)) {
    throw new SetupError(`run.mjs: got "${entry ?? ''}", expected one of ${ENTRIES.join(', ')}.`)
  }
  await prepare()
  return runNode([join(root, 'out', 'main', `${entry}.js`), ...args])
})
