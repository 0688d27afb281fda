import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: runs over the branches of the theory. Install chromium or set CHROMIUM_PATH.')

describe.skipIf(!chromium)('runs over the branches of the theory, from the Library', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench()
    page = workbench.page
  })
  afterAll(async () => {
    await workbench.close()
  })
  const figure = (name: string) => page.getByRole('region', { name, exact: true })

  async function exported(name: string, format: string): Promise<string> {
    await figure(name)
      .getByRole('button', { name: /^Export/ })
      .click()
    const saved = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: new RegExp(format, 'i') }).click()
    return readFile(await (await saved).path(), 'utf8')
  }

  it('has the theory in Design, as pictures that can be saved', async () => {
    const card = page.getByRole('article', { name: /unconstrained feature model/i })
    await card.getByRole('button', { name: 'Runs over the branches of the gain', exact: true }).click()
    await figure('Gain of the collapsed solution').getByRole('img').waitFor()
    expect(await exported('Gain of the collapsed solution', 'svg')).toContain('Weight decay')
    expect(await exported('Gain of the collapsed solution', 'csv')).toMatch(/^curve,λ,x\r\nminimum,/)
  })

  it('says what theory does not reach', async () => {
    const sizes = page.getByRole('textbox', { name: 'Class sizes', exact: true })
    await sizes.fill('3, 5, 9')
    await page.getByText('The closed forms need classes of one size').first().waitFor()
    await page.getByText('No closed form is known for these values').waitFor()
    expect(await figure('Gain of the collapsed solution').count()).toBe(0)
    await sizes.fill('')
    await figure('Gain of the collapsed solution').getByRole('img').waitFor()
  })

  it('draws every run as a dot by rank over the curves', async () => {
    await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('0..1')
    await page.getByRole('button', { name: 'Start 22 runs' }).click()
    await page.waitForURL(/#\/queue/)
    await page.getByRole('link', { name: 'branches', exact: true }).click()
    await page.getByText('22 of 22 runs ended').waitFor({ timeout: 60_000 })
    const scatter = figure('Runs over the branches of the theory')
    const label = await scatter.getByRole('img').getAttribute('aria-label')
    expect(label).toMatch(/22 runs: .*rank Z = 3 \(\d+\).*zero \(2\)/)
    expect(await exported('Runs over the branches of the theory', 'svg')).toContain('zero')
  })

  it('names in Runs and on the page of a run what it has become', async () => {
    await page.goto(page.url().replace(/#.*/, '#/runs'))
    const row = page.getByRole('row').filter({ hasText: 'zero' }).first()
    await row.getByRole('link').click()
    // The table has the word too, and stays until the page of the run is there.
    await page.getByRole('heading', { name: 'branches', level: 1 }).waitFor()
    expect(await page.getByTitle(/^Verdict\. .*zero: ‖Z‖ below/).innerText()).toBe('zero')
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await seriousViolations(page)).toEqual([])
  })
})
