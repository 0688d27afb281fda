import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'
import { collapsar } from './helpers/startHost'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: import and export in a browser. Install chromium or set CHROMIUM_PATH.')

describe.skipIf(!chromium)('runs that leave and come in by the window', () => {
  let theirs: OpenWorkbench
  let ours: OpenWorkbench
  let page: Page
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'collapsar-transfer-'))
    const prepare = async (project: string) => {
      for (const seed of ['0', '1']) {
        await collapsar(project, ['run', 'deep-ufm', '--set', 'steps=60', '--seed', seed, '--name', `seed ${seed}`])
      }
    }
    theirs = await openWorkbench({ prepare })
    ours = await openWorkbench()
    page = ours.page
  }, 180_000)
  afterAll(async () => {
    await theirs.close()
    await ours.close()
    await rm(folder, { recursive: true })
  })
  const answer = () => page.getByRole('group', { name: 'Import and export' })
  async function importFile(path: string): Promise<void> {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Import …' }).click()
    await (await chooser).setFiles(path)
  }

  it('leaves as one file from the runs that are chosen', async () => {
    await theirs.goTo('Runs')
    await theirs.page.locator('tr[data-index]').first().waitFor()
    for (const line of await theirs.page.locator('tr[data-index]').all()) {
      await line.getByRole('checkbox').click()
    }
    await theirs.page.getByRole('button', { name: 'Export the selected runs' }).click()
    const downloaded = theirs.page.waitForEvent('download')
    await theirs.page.getByRole('menuitem', { name: /^Bundle/ }).click()
    const file = await downloaded
    expect(file.suggestedFilename()).toMatch(/^collapsar-runs-[\d-]+\.zip$/)
    await file.saveAs(join(folder, 'two.zip'))
  })

  it('comes in, is listed at once, and is known the second time', async () => {
    await ours.goTo('Runs')
    await importFile(join(folder, 'two.zip'))
    await answer().getByText('2 runs came in').waitFor()
    await expect.poll(() => page.locator('tr[data-index]').count(), { timeout: 20_000 }).toBe(2)
    await answer().getByRole('button', { name: 'Close' }).click()
    await importFile(join(folder, 'two.zip'))
    await answer().getByText('2 runs here already').waitFor()
    expect(await seriousViolations(page)).toEqual([])
  })

  it('is refused with its reason where it is something else', async () => {
    await writeFile(join(folder, 'notes.zip'), 'these are no runs')
    await importFile(join(folder, 'notes.zip'))
    await answer()
      .getByText(/neither a run bundle \(\.zip\) nor a project/)
      .waitFor()
    await expect.poll(() => page.locator('tr[data-index]').count(), { timeout: 20_000 }).toBe(2)
  })

  it('is offered in the Settings too', async () => {
    await ours.goTo('Settings')
    await importFile(join(folder, 'two.zip'))
    await answer().getByText('2 runs here already').waitFor()
    expect(await answer().innerText()).toMatch(/two\.zip was imported/)
  })

  it('has raised no error on the way', () => {
    expect([theirs.problems, ours.problems]).toEqual([[], []])
  })
})
