/** `npm start`: the workbench in its window, or in the browser where there is no Electron. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundledNode, note, prepare, root, runInherited, runNode, runScript, SetupError } from './setup.mjs'

const USAGE = `npm start -- [options]
  --host             in the browser, served on 127.0.0.1 only
  --port N           port of --host (default: any free one)
  --project FILE     project file (default: one in your own data folder)
  --help             this text`
const FETCH_TIMEOUT_MS = 60_000
/** A window that cannot open fails at once; one that a person closed was open longer. */
const STARTUP_MS = 5_000
const ELECTRON = join(root, 'node_modules', 'electron')

await runScript(async (args) => {
  const options = optionsOf(args)
  if (options.help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  await prepare()
  const { project } = options
  if (!options.host && options.port === undefined) {
    const reason = (await reasonAgainstElectron()) ?? (await openWindow(project))
    if (reason === null) return 0
    note(`Opening in the browser instead of a window: ${reason}`)
  }
  const served = ['serve', '--open', ...optional('--port', options.port), ...optional('--project', project)]
  return runNode([join(root, 'out', 'main', 'cli.js'), ...served])
})

function optionsOf(args) {
  try {
    return parseArgs({
      args,
      options: {
        host: { type: 'boolean' },
        port: { type: 'string' },
        project: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new SetupError(`${error.message}\n${USAGE}`)
  }
}

function optional(name, value) {
  return value === undefined ? [] : [name, value]
}

async function reasonAgainstElectron() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return 'this machine has no screen.'
  if (electronBinary()) return null
  note('Fetching the Electron binary (about 100 MB, once).')
  if (await fetchElectron()) return null
  return 'the Electron binary is not here and could not be fetched ("npx install-electron" does that).'
}

/** Electron's own note of where its binary lies, once it is there. */
function electronBinary() {
  const note = join(ELECTRON, 'path.txt')
  if (!existsSync(note)) return null
  const binary = join(ELECTRON, 'dist', readFileSync(note, 'utf8'))
  return existsSync(binary) ? binary : null
}

/** What `npx install-electron` runs, with an end to the waiting. */
function fetchElectron() {
  const child = spawn(bundledNode(), [join(ELECTRON, 'install.js')], { stdio: 'ignore', timeout: FETCH_TIMEOUT_MS })
  return new Promise((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', () => resolve(electronBinary() !== null))
  })
}

async function openWindow(project) {
  const env = { ...process.env }
  // Set by some terminals of editors that are Electron themselves; it would make a plain Node of ours.
  delete env.ELECTRON_RUN_AS_NODE
  const begin = Date.now()
  const code = await runInherited(electronBinary(), [root, ...(project ? [`--project=${project}`] : [])], env)
  return code !== 0 && Date.now() - begin < STARTUP_MS ? `Electron ended at once with code ${code}.` : null
}
