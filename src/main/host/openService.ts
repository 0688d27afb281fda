import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, parse } from 'node:path'
import type { AppInfo, Handlers } from '#shared/contract/index'
import type { ProjectHealth } from '#shared/contract/project'
import { LabError } from '#shared/errors'
import { createBackend, describeBlas } from '../compute/backends/select'
import { terminalLog } from '../core/log'
import { folderResources } from '../jobs/folderResources'
import type { StartWorker } from '../jobs/workerHandle'
import { probes } from '../probes/registry'
import { createService, dispatch } from '../service'
import { systems } from '../systems/registry'
import type { HostedService } from './hostedService'
import type { Installation } from './installation'
import { PROJECT_FILE_NAME } from './defaultProject'
import { diagnosticsBundle } from './diagnostics'
import { openLogFile } from './logFile'
import { beginServiceStart, type ServiceStart } from './serviceStarts'

/** The folder of the data sets: what a worker gets as its one argument. */
export function dataFolder(installation: Installation): string {
  return join(installation.resources, 'data')
}

export interface OpenServiceOptions {
  readonly installation: Installation
  readonly project: string
  readonly startWorker: StartWorker
  readonly host: AppInfo['host']
  /** Runs that train at a time; all cores but one when not given. */
  readonly slots?: number
  /** Look, but change nothing: works while another process writes. */
  readonly readOnly?: boolean
  /** Whether runs that an earlier service left interrupted go on by themselves; true when not given. */
  readonly resumes?: boolean
  /** Where a host that stays open writes what it did. */
  readonly logFolder?: string
}

/** The service of this installation on a project file, as every host uses it. */
export interface OpenedService extends HostedService {
  readonly handlers: Handlers
  close(): Promise<void>
}

/** @throws LabError when the project cannot be opened, with what to do */
export async function openService(options: OpenServiceOptions): Promise<OpenedService> {
  const { installation, project, startWorker, host, slots, readOnly = false, resumes = true, logFolder } = options
  // What everybody's is called tells nothing.
  const isDefault = basename(project) === PROJECT_FILE_NAME
  const log = logFolder === undefined ? null : openLogFile(logFolder)
  log?.write('info', `Collapsar ${installation.version} opens a project as ${host}.`)
  // Only a host that stays open goes on with runs by itself.
  const start = log && !readOnly ? beginServiceStart(`${project}.starts`) : null
  if (start?.isSafe)
    log?.write('warning', 'The last two starts failed: the queue is paused and no run goes on by itself.')
  const service = await opened(start, async () =>
    createService({
      projectPath: project,
      readOnly,
      resumes,
      isSafe: start?.isSafe ?? false,
      startWorker,
      host,
      probes,
      systems,
      resources: folderResources(dataFolder(installation)),
      // Only who looks at a page wants to know, and the search takes a moment.
      blas: readOnly ? 'not searched' : await blasInWords(),
      ...(slots !== undefined && { slots }),
      ...(log && {
        log,
        diagnostics: async (health: ProjectHealth) =>
          diagnosticsBundle({
            version: installation.version,
            host,
            blas: await describeBlas(),
            health,
            log: log.tail(),
            privateNames: [basename(homedir()), ...(isDefault ? [] : [parse(project).name])],
          }),
      }),
    }),
  )
  return {
    handlers: service.handlers,
    on: service.on,
    call: (method, input) => dispatch(service.handlers, method, input, log ?? terminalLog),
    async close() {
      await service.close()
      start?.over()
      log?.write('info', 'Closed.')
    },
  }
}

/** A project that cannot be opened says why: that is no start that failed without a word. */
async function opened<T>(start: ServiceStart | null, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (thrown) {
    start?.over()
    throw thrown
  }
}

/** The project of the person who named none: its folder is ours, so it is made when missing. */
export async function prepareDefaultProject(project: string): Promise<string> {
  try {
    await mkdir(dirname(project), { recursive: true })
  } catch (cause) {
    const message = `The folder ${dirname(project)} cannot be made. Name another project with --project.`
    throw new LabError('storage', message, { project }, { cause })
  }
  return project
}

/** In the words of the runs' own provenance. */
async function blasInWords(): Promise<string> {
  const backend = await createBackend()
  const { blas } = backend.description
  backend.dispose()
  return blas
}
