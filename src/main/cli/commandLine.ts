import { dirname, join } from 'node:path'
import { homedir, availableParallelism } from 'node:os'
import { defaultProjectPath } from '../host/defaultProject'
import { installationAt } from '../host/installation'
import { dataFolder, openService, prepareDefaultProject } from '../host/openService'
import { forkWorker } from '../jobs/workerHandle'
import { systems } from '../systems/registry'
import { commands } from './commands/index'
import { main } from './main'
import { processTerminal } from './terminal'

/**
 * The command line of this process: its arguments, streams, signals and environment.
 * @param mainFolder out/main, where the built entries lie side by side
 * @returns the exit code
 */
export function runCommandLine(mainFolder: string): Promise<number> {
  const installation = installationAt(mainFolder)
  const defaultProject = defaultProjectPath(process.platform, homedir(), process.env)
  const interruption = new AbortController()
  // Only the first: a second Ctrl C ends the process at once, as everywhere else.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort())
  // The reader of a pipe may leave early; what is written then is dropped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

  return main(commands, process.argv.slice(2), {
    installation,
    systems: [...systems.values()],
    defaultProject,
    terminal: processTerminal(process.stdout, process.stderr),
    signal: interruption.signal,
    cores: availableParallelism(),
    async openService({ project, keepsLog = false, ...request }) {
      if (project === defaultProject) await prepareDefaultProject(project)
      return openService({
        installation,
        project,
        startWorker: forkWorker(installation.worker, [dataFolder(installation)]),
        host: 'loopback',
        ...(keepsLog && { logFolder: join(dirname(defaultProject), 'logs') }),
        ...request,
      })
    },
  })
}
