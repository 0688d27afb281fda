import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const electron = electronBinary()
const obstacle = obstacleToStarting()
if (obstacle) console.warn(`SKIPPED: the Electron shell. ${obstacle}`)

/** Electron's own note of where its binary lies, once it is there. */
function electronBinary(): string | null {
  const folder = join(root, 'node_modules', 'electron')
  const note = join(folder, 'path.txt')
  if (!existsSync(note)) return null
  const binary = join(folder, 'dist', readFileSync(note, 'utf8'))
  return existsSync(binary) ? binary : null
}

/** Why the shell cannot be started here; null where it can. */
function obstacleToStarting(): string | null {
  if (!electron) return 'Its binary is not here; "npx install-electron" fetches it.'
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return 'There is no display; use "xvfb-run".'
  // app.enableSandbox() takes "--no-sandbox" back, and no process of Chromium starts as root with a sandbox.
  if (process.getuid?.() === 0) return 'Its sandbox does not start as root; run the tests as somebody else.'
  return null
}

describe.skipIf(obstacle !== null)('the Electron shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-electron-'))
  let app: ElectronApplication
  let page: Page

  beforeAll(async () => {
    app = await _electron.launch({
      executablePath: electron ?? '',
      // Playwright switches the sandbox off on Linux unless told otherwise.
      chromiumSandbox: true,
      // Settings and lock of their own, beside those of an application that is open.
      args: [root, `--project=${join(folder, 'smoke.clps')}`, `--user-data-dir=${join(folder, 'user')}`],
    })
    page = await app.firstWindow()
  })
  afterAll(async () => {
    await app.close()
    rmSync(folder, { recursive: true })
  })

  it('shows the Library from its own scheme, without Node in the page', async () => {
    await page.getByRole('article').first().waitFor()
    expect(page.url()).toMatch(/^app:\/\/collapsar\//)
    expect(await page.evaluate('typeof process + typeof require')).toBe('undefinedundefined')
    expect(await page.evaluate('Object.keys(collapsar).sort()')).toEqual(['on', 'request'])
  })

  it('trains a run in a utility process and shows it', async () => {
    await page
      .getByRole('article', { name: /unconstrained feature model/i })
      .getByRole('button', { name: /^Small/ })
      .click()
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('smoke')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Start' }).click()
    const ended = page.getByRole('group', { name: 'Ended lately' })
    await ended.getByRole('link', { name: 'smoke' }).waitFor({ timeout: 90_000 })
    expect(await ended.innerText()).toContain('completed')
  })

  it('reaches no network', async () => {
    // The policy of the page, and below it the session, of whoever asks.
    expect(await page.evaluate(`fetch('https://arxiv.org/').then(() => 'reached', () => 'refused')`)).toBe('refused')
    const inMainProcess = app.evaluate(({ net }) => net.fetch('https://arxiv.org/').then(() => 'reached', String))
    expect(await inMainProcess).toMatch(/ERR_BLOCKED_BY_CLIENT/)
  })
})
