import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron'
import { START_PAGE } from './appScheme'

/** A page gets the named bridge of the preload script and no more of this machine than a web page would. */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    title: 'Collapsar',
    width: 1440,
    height: 900,
    minWidth: 1100,
    minHeight: 720,
    show: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  }
}

/** Opens the workbench (every page's contents are locked where they are created); shown when its first picture is ready, so that no white window flashes. */
export async function openMainWindow(preload: string): Promise<BrowserWindow> {
  const window = new BrowserWindow(windowOptions(preload))
  window.once('ready-to-show', () => window.show())
  await window.loadURL(START_PAGE)
  return window
}
