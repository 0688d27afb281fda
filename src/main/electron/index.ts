import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { app, BrowserWindow, dialog, session } from 'electron'
import { LabError } from '#shared/errors'
import { probeBlasBy } from '../compute/backends/select'
import { PROJECT_FILE_NAME } from '../host/defaultProject'
import { installationAt } from '../host/installation'
import { dataFolder, openService } from '../host/openService'
import { openPageFolder } from '../host/pageFolder'
import { setAppMenu } from './appMenu'
import { handleAppScheme, registerAppScheme } from './appScheme'
import { bundledBlas } from './bundledBlas'
import { answerRequests, pushEvents } from './ipcBridge'
import { lockContents, lockNetwork, lockSession } from './lockdown'
import { openMainWindow } from './mainWindow'
import { projectArgument } from './projectArgument'
import { utilityProbe } from './utilityProbe'
import { utilityWorker } from './utilityWorker'

/** The project of this instance, once it is known; macOS names it by an event, before the application is ready. */
let openProject: string | null = null

/** The desktop shell: locks the session, opens the project, shows one window. */
async function start(): Promise<void> {
  const installation = installationAt(import.meta.dirname)
  lockSession(session.defaultSession)
  handleAppScheme(session.defaultSession, await openPageFolder(installation.pages))
  setAppMenu(process.platform)
  probeBlasBy(utilityProbe(join(installation.resources, 'probe', 'blas.cjs')), bundledBlas(process.resourcesPath))
  const folder = app.getPath('userData')
  await mkdir(folder, { recursive: true })
  const service = await openService({
    installation,
    project: (openProject ??= resolve(projectArgument(process.argv) ?? join(folder, PROJECT_FILE_NAME))),
    startWorker: utilityWorker(installation.worker, [dataFolder(installation)]),
    host: 'electron',
    logFolder: join(folder, 'logs'),
  })
  closeBeforeQuit(() => service.close())
  answerRequests(service)
  const open = async () => pushEvents(service, (await openMainWindow(installation.preload)).webContents)
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) void open().catch(fail)
  })
  await open()
}

/** The workers are ended and the project is closed before the process goes. */
function closeBeforeQuit(close: () => Promise<void>): void {
  let isClosed = false
  app.on('before-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    void close()
      .catch((error: unknown) => dialog.showErrorBox('Collapsar', LabError.from(error).message))
      .finally(() => {
        isClosed = true
        app.quit()
      })
  })
}

function fail(error: unknown): void {
  dialog.showErrorBox('Collapsar cannot start', LabError.from(error).message)
  app.exit(1)
}

/** One application has one project: whoever asks for another one is told so, not shown the wrong one without a word. */
function askedFor(project: string | null): void {
  showExistingWindow()
  if (project === null || project === openProject) return
  const open = openProject === null ? 'another project' : basename(openProject)
  const message = `Collapsar has ${open} open. Close its window first, then open ${basename(project)}; or import it there.`
  dialog.showErrorBox(`${basename(project)} was not opened`, message)
}

function showExistingWindow(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window?.isMinimized()) window.restore()
  window?.focus()
}

app.enableSandbox()
lockNetwork()
registerAppScheme()
// Every page that could ever come up, not only our window.
app.on('web-contents-created', (_event, contents) => lockContents(contents))
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
// One writer per project: a second start shows the first one's window.
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', (_event, argv, folder) => {
    const project = projectArgument(argv)
    askedFor(project && resolve(folder, project))
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (openProject === null) openProject = path
    else askedFor(path)
  })
  void app.whenReady().then(start).catch(fail)
} else {
  app.quit()
}
