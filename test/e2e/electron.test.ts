import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const electron = electronBinary()
if (!electron) console.warn('SKIPPED: the Electron shell. Its binary is not here; "npx install-electron" fetches it.')

/** Electron's own note of where its binary lies, once it is there. */
function electronBinary(): string | null {
  const folder = join(root, 'node_modules', 'electron')
  const note = join(folder, 'path.txt')
  if (!existsSync(note)) return null
  const binary = join(folder, 'dist', readFileSync(note, 'utf8'))
  return existsSync(binary) ? binary : null
}

describe.skipIf(!electron)('the Electron shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-electron-'))
  let app: ElectronApplication
  let page: Page

  beforeAll(async () => {
    app = await _electron.launch({
      executablePath: electron ?? '',
      // A sandbox inside a container's root account cannot be made; everywhere else ours stays on.
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, `--project=${join(folder, 'smoke.clps')}`],
      env: { ...process.env, XDG_CONFIG_HOME: folder },
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
    expect(await page.evaluate(`fetch('https://arxiv.org/').then(() => 'reached', () => 'refused')`)).toBe('refused')
  })
})
