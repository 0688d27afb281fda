import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: a prevalence sweep against the real service. Install chromium or set CHROMIUM_PATH.') // prettier-ignore

const trainingMs = 110_000

describe.skipIf(!chromium)('the prevalence of collapse, from the Library', () => {
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

  it('opens in Design with its axes filled in', async () => {
    const card = page.getByRole('article', { name: /unconstrained feature model/i })
    await card.getByRole('button', { name: 'Prevalence of collapse', exact: true }).click()
    await page.getByRole('button', { name: 'Start 768 runs' }).waitFor()
    // Fewer seeds for a test.
    await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('0..7')
    await page.getByRole('button', { name: 'Start 96 runs' }).click()
    await page.waitForURL(/#\/queue/)
    await expect.poll(() => page.getByRole('link', { name: 'prevalence', exact: true }).count()).toBe(1)
  })

  it('shows what the runs came to while they train, and when they have ended', async () => {
    await page.getByRole('link', { name: 'prevalence', exact: true }).click()
    await page.waitForURL(/#\/sweeps\/w-/)
    await page.getByText('96 of 96 runs ended').waitFor({ timeout: trainingMs })
    await figure('Runs that ended in neural collapse').getByRole('img').waitFor()
    const label = await figure('Runs that ended in neural collapse').getByRole('img').getAttribute('aria-label')
    expect(label).toMatch(/8 runs each, Wilson 95 %/)
    await figure('Map of neural collapse').getByRole('img').waitFor()
    await figure('Final losses').getByText('L = 2, 48 runs', { exact: false }).waitFor()
  })

  it('draws over the fields that are chosen', async () => {
    await page.getByRole('combobox', { name: 'Horizontal axis' }).selectOption({ label: 'Depth' })
    const fraction = figure('Runs that ended in neural collapse')
    await fraction.getByRole('button', { name: /^Show the numbers/ }).click()
    // Two depths times six widths, and the head.
    await expect.poll(() => fraction.getByRole('row').count()).toBe(13)
    expect(await fraction.getByRole('row').first().innerText()).toMatch(/params\.depth\s+params\.width\s+n/)
    await fraction.getByRole('button', { name: /^Show the numbers/ }).click()
    await page.getByRole('combobox', { name: 'Horizontal axis' }).selectOption({ label: 'Width' })
  })

  it.each(['svg', 'csv'])('exports a figure as %s', async (format) => {
    const fraction = figure('Runs that ended in neural collapse')
    await fraction.getByRole('button', { name: /^Export/ }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: new RegExp(format, 'i') }).click()
    const text = await readFile(await (await saved).path(), 'utf8')
    if (format === 'svg') expect(text).toMatch(/<metadata>[\s\S]*w-/)
    else expect(text.trim().split('\r\n')).toHaveLength(13)
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await seriousViolations(page)).toEqual([])
  })

  it('broke no rule of the content policy and threw nothing', () => {
    expect(workbench.problems).toEqual([])
  })
})
