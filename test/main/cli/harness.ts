import { join } from 'node:path'
import { commands } from '#main/cli/commands/index'
import type { CommandContext } from '#main/cli/command'
import { main } from '#main/cli/main'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { createService, dispatch, type ServiceOptions } from '#main/service'
import { temporaryFolder } from '../../helpers/projects'
import { tinyExecute, tinyProbes, tinySystems } from '../../helpers/tinySystem'

export interface CommandLine {
  readonly folder: string
  readonly project: string
  /** Aborting it is the person's Ctrl C. */
  readonly interruption: AbortController
  /** Runs one command on the tiny system with a real service and a real project file. */
  collapsar(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>
}

/** The command line of a machine with the tiny system, in a folder that goes away with the test. */
export function commandLine(
  overrides: Partial<CommandContext> = {},
  ofService: Partial<ServiceOptions> = {},
): CommandLine {
  const folder = temporaryFolder()
  const project = join(folder, 'project.clps')
  const interruption = new AbortController()
  const resources = { read: () => new Uint8Array() }
  return {
    folder,
    project,
    interruption,
    async collapsar(...args) {
      const written = { stdout: '', stderr: '' }
      const code = await main(commands, args, {
        installation: { version: '1.2.3', root: folder, worker: '', preload: '', pages: folder, resources: folder },
        systems: [...tinySystems.values()],
        defaultProject: project,
        cores: 2,
        signal: interruption.signal,
        terminal: {
          write: async (text) => void (written.stdout += text),
          note: (text) => void (written.stderr += text),
          isInteractive: false,
        },
        async openService({ project: projectPath, keepsLog: _, ...request }) {
          const service = createService({
            projectPath,
            ...request,
            startWorker: inProcessWorker(tinyExecute, resources),
            systems: tinySystems,
            probes: tinyProbes,
            resources,
            host: 'loopback',
            blas: 'embedded',
            ...ofService,
          })
          const { handlers } = service
          return { ...service, call: (method, input) => dispatch(handlers, method, input) }
        },
        ...overrides,
      })
      return { code, ...written }
    },
  }
}
