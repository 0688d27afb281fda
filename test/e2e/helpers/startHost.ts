import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const repository = resolve(import.meta.dirname, '../../..')
export const CLI = join(repository, 'out/main/cli.js')
const PROJECT = 'project.clps'
const ENDS_WITHIN_MS = 30_000
const announcement = z.object({ address: z.url(), port: z.int() })

export interface RunningHost {
  /** With the token. */
  readonly address: string
  /** Of the service, whose workers are its children. */
  readonly pid: number
  /** SIGKILL to the whole service, as when the machine dies; the project stays. */
  kill(): Promise<void>
  /** Starts the service again on the same project, with a new address. */
  restart(): Promise<RunningHost>
  /** Ends the service and removes the project. */
  close(): Promise<void>
}

/**
 * The built service on a project of its own in a temporary folder.
 *
 * @param prepare fills the project before the service opens it
 */
export async function startHost(prepare?: (project: string) => void | Promise<void>): Promise<RunningHost> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing. Build first: npm run build.`)
  const folder = await mkdtemp(join(tmpdir(), 'collapsar-e2e-'))
  await prepare?.(join(folder, PROJECT))
  return serve(folder)
}

/** Runs one command of the built command line on a project. */
export async function collapsar(project: string, args: readonly string[]): Promise<void> {
  const options = ['--project', project, '--json']
  const child = spawn(process.execPath, [CLI, ...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const [code]: unknown[] = await once(child, 'exit')
  if (code !== 0) throw new Error(`collapsar ${args.join(' ')} ended with ${String(code)}: ${said}`)
}

async function serve(folder: string): Promise<RunningHost> {
  const project = join(folder, PROJECT)
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--json', '--project', project], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line]: unknown[] = await Promise.race([once(lines, 'line'), ended.then(() => [])])
  if (typeof line !== 'string') throw new Error('The service ended before it said where it is.')
  const { address } = announcement.parse(JSON.parse(line))
  const end = async (signal: 'SIGINT' | 'SIGKILL') => {
    if (child.exitCode === null) child.kill(signal)
    // One that hangs would keep our streams open, and whoever reads them would wait for ever.
    const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
    await ended
    clearTimeout(late)
  }
  return {
    address,
    pid: child.pid ?? 0,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGINT')
      return serve(folder)
    },
    close: async () => {
      await end('SIGINT')
      await rm(folder, { recursive: true })
    },
  }
}
