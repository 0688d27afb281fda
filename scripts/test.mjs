/** `npm test`: sets up when needed, then runs every part that this machine can, on the bundled Node. */
import { join } from 'node:path'
import { prepare, root, runNode, runScript } from './setup.mjs'

const USAGE = `npm test -- [unit] [golden] [e2e] [slow] [FILTER …]
Runs the unit tests, the golden cases and, where a Chromium is found, the browser tests; or the parts that are named.
  slow     an hour: the tests of reliability as often as docs/reliability.md says, the package, more trainings
  FILTER   only test files whose path contains it`

await runScript(async (args) => {
  if (args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  await prepare()
  return runNode([join(root, 'scripts', 'testParts.mjs'), ...args])
})
