/**
 * What every command of package.json does first: dependencies and build, when they are missing or out of date.
 * Runs on Node 20 and newer without any package, because there may be none yet. Speaks on stderr only.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const OLDEST_NODE = 20
/** Whatever the build reads: a change in any of these files makes it old. */
const SOURCES = ['src', 'bench', 'build', 'resources', 'electron.vite.config.ts', 'package.json', 'package-lock.json']
const STAMP = join(root, 'out', '.stamp')
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/

/** A plain message for the person; anything else that is thrown is a defect. */
export class SetupError extends Error {}

export function note(text) {
  process.stderr.write(`${text}\n`)
}

/** Runs a script's main function: its exit code, or the plain message of a SetupError. */
export async function runScript(main) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    note(error.message)
    process.exitCode = 2
  }
}

/** Installs and builds what is missing; returns quickly when nothing is. */
export async function prepare() {
  checkNode(process.versions.node)
  if (dependenciesAreOld()) await installDependencies()
  await buildIfOld()
}

/** The Node that the workbench runs on: a dependency of ours, so that any Node from 20 can start it. */
export function bundledNode() {
  const windows = process.platform === 'win32'
  const path = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
  if (existsSync(path)) return path
  throw new SetupError(`The Node of this project is missing at ${path}. Delete node_modules and start again.`)
}

/** Runs the bundled Node with our own streams; resolves with its exit code. */
export function runNode(args, env = process.env) {
  return runInherited(bundledNode(), args, env)
}

/** Ctrl C reaches both processes; this one waits for what the other makes of it. */
export function runInherited(command, args, env = process.env) {
  const child = spawn(command, args, { stdio: 'inherit', env })
  const ignore = () => undefined
  const forward = () => child.kill('SIGTERM')
  process.on('SIGINT', ignore)
  process.on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', forward)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

function checkNode(version) {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return
  throw new SetupError(`Node ${version} is too old: Collapsar needs Node ${OLDEST_NODE} or newer (https://nodejs.org).`)
}

function dependenciesAreOld() {
  // A linked folder belongs to another checkout: installing here would empty it there.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return false
  // npm writes this file last, so that an interrupted installation counts as missing.
  const installed = join(root, 'node_modules', '.package-lock.json')
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs
}

async function installDependencies() {
  note('Installing the dependencies (npm ci). This takes a minute or two, once.')
  // npm tells its scripts where it is; run as itself where it does not.
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund']
  // Errors are wanted even where "npm run -s" asked for silence.
  const env = { ...process.env, npm_config_loglevel: 'error' }
  const { code, output } = npm
    ? await runWithProgress(process.execPath, [npm, ...args], { env })
    : await runWithProgress('npm', args, { env, shell: process.platform === 'win32' })
  if (code === 0) return
  const cause = NO_NETWORK.test(output)
    ? 'The package registry was not reached. Check the network connection (or the proxy settings of npm) and start again.'
    : 'Its own words are above. "npm ci" by itself may say more.'
  throw new SetupError(`The dependencies could not be installed. ${cause}`)
}

async function buildIfOld() {
  const stamp = sourceStamp()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return
  note('Building the workbench. This takes some seconds after each change of the sources.')
  // Without a stamp an interrupted build counts as none.
  rmSync(STAMP, { force: true })
  const vite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const { code } = await runWithProgress(bundledNode(), [vite, 'build', '--logLevel', 'warn'], { env: process.env })
  if (code !== 0) throw new SetupError('The build failed. Its own words are above.')
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, stamp)
}

/** A hash over names and contents of all sources. */
function sourceStamp() {
  const hash = createHash('sha256')
  for (const file of SOURCES.flatMap((source) => filesBelow(source))) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(path) {
  const absolute = join(root, path)
  if (!existsSync(absolute)) return []
  if (!statSync(absolute).isDirectory()) return [path]
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}

/** Shows on stderr what the command says, and that time passes where it says nothing. */
function runWithProgress(command, args, options) {
  const child = spawn(command, args, { ...options, cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const begin = Date.now()
  const ticker = setInterval(() => note(`  … ${Math.round((Date.now() - begin) / 1000)} s`), 10_000)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      process.stderr.write(text)
    })
  }
  return new Promise((resolve) => {
    const end = (code) => {
      clearInterval(ticker)
      resolve({ code, output })
    }
    child.on('error', (error) => {
      note(`${command}: ${error.message}`)
      end(1)
    })
    child.on('close', end)
  })
}
