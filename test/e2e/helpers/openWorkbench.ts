import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../renderer/helpers/workbenchPages'
import { startHost, type RunningHost } from './startHost'

/** The built renderer in Chromium on a service of its own. */
export interface OpenWorkbench {
  readonly host: RunningHost
  readonly browser: Browser
  readonly page: Page
  /** What went wrong on the page so far: errors and messages of the content security policy. */
  readonly problems: string[]
  goTo(place: string): Promise<void>
  /** Starts the service again, where it was killed, and opens its new address. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface WorkbenchOptions {
  /** Fills the project before the service opens it. */
  readonly prepare?: (project: string) => void | Promise<void>
  readonly permissions?: string[]
}

export async function openWorkbench({ prepare, permissions = [] }: WorkbenchOptions = {}): Promise<OpenWorkbench> {
  let host = await startHost(prepare)
  const browser = await launchChromium()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await page.goto(host.address)
  return {
    get host() {
      return host
    },
    browser,
    page,
    problems,
    goTo: (place) => page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click(),
    async restart() {
      host = await host.restart()
      await page.goto(host.address)
    },
    async close() {
      await browser.close()
      await host.close()
    },
  }
}
