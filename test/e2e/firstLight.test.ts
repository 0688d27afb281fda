import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: the workbench against the real service. Install chromium or set CHROMIUM_PATH.')

const trainingMs = 90_000

describe.skipIf(!chromium)('first light: from the Library to a drawn run', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench()
    page = workbench.page
  })
  afterAll(async () => {
    await workbench.close()
  })
  const panel = (title: RegExp) => page.getByRole('region', { name: title })
  const layerHessian = () => panel(/^Layer Hessian spectrum/)
  const expectText = async (place: Locator, text: RegExp) => {
    await expect.poll(() => place.innerText()).toMatch(text)
  }

  it('hides its token after the first visit', async () => {
    await page.getByRole('article').first().waitFor()
    expect(page.url()).not.toContain('token')
  })

  it('opens Design filled in from the small preset, with its cost and the predicted outliers', async () => {
    const card = page.getByRole('article', { name: /unconstrained feature model/i })
    await card.getByRole('button', { name: /^Small/ }).click()
    expect(
      await page
        .getByRole('textbox', { name: /width|dimension/i })
        .first()
        .inputValue(),
    ).toBe('10')
    const predicted = page.getByRole('group', { name: 'Table of predicted values' })
    await predicted.getByText('0.2153700722').first().waitFor()
    await page.getByText('Parameters P').waitFor()
  })

  it('refuses a value out of bounds beside its field', async () => {
    const classes = page.getByRole('textbox').first()
    const before = await classes.inputValue()
    await classes.fill('-3')
    await page.getByRole('alert').getByText('got -3').waitFor()
    expect(await page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true)
    await classes.fill(before)
  })

  it('trains it in the queue', async () => {
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('first light')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Start' }).click()
    const ended = page.getByRole('group', { name: 'Ended lately' })
    await ended.getByRole('link', { name: 'first light' }).waitFor({ timeout: trainingMs })
    expect(await ended.innerText()).toMatch(/completed[\s\S]*6000\/6000[\s\S]*loss 0.0446/)
    await ended.getByRole('link', { name: 'first light' }).click()
  })

  it('shows K² = 9 layer-Hessian outliers at 0.21537 over their prediction', async () => {
    await page.getByRole('tab', { name: 'Spectra' }).click()
    await expectText(layerHessian().locator('.readout'), /9 × 0\.21537, predicted 0\.2153700722/)
  })

  it('shows every claim of the preset as holding', async () => {
    await page.getByRole('tab', { name: /Claims/ }).click()
    const claims = page.getByRole('group', { name: 'Claims' })
    await claims.getByText('01.C2').waitFor()
    expect(await claims.getByText('fails').count()).toBe(0)
    expect(await claims.getByText('holds').count()).toBeGreaterThan(8)
  })

  it('gives the outliers as CSV', async () => {
    await page.getByRole('tab', { name: 'Spectra' }).click()
    await layerHessian()
      .getByRole('button', { name: /^Export/ })
      .click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: /CSV/ }).click()
    const lines = (await readFile(await (await download).path(), 'utf8')).split('\r\n')
    const measured = lines.filter((line) => line.startsWith('measured,')).map((line) => Number(line.split(',')[2]))
    // The allowance of claim 01.C2, relative to the predicted value.
    const outliers = measured.filter((value) => Math.abs(value / 0.2153700722 - 1) < 3e-5)
    expect(outliers).toHaveLength(9)
    expect(measured).toHaveLength(100)
  })

  it('follows the step slider back to the start', async () => {
    await page.getByRole('slider').focus()
    await page.keyboard.press('Home')
    await expectText(layerHessian().locator('.subtitle'), /step 0,/)
    await page.keyboard.press('End')
    await expectText(layerHessian().locator('.subtitle'), /step 6000,/)
  })

  it('lists the run, bins it and takes that back', async () => {
    await workbench.goTo('Runs')
    const row = page.locator('tr[data-index]', { hasText: 'first light' })
    expect(await row.innerText()).toMatch(/completed/)
    await row.getByRole('checkbox').click()
    await page.getByRole('button', { name: 'Move to bin' }).click()
    await expect.poll(() => row.count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await row.waitFor()
  })

  it('draws a run while it is training, and cancels it', async () => {
    await workbench.goTo('Design')
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('10000000')
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('too long')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.keyboard.press('Control+Enter')
    const running = page.getByRole('group', { name: 'Running' })
    await running.getByText('steps/s').waitFor({ timeout: trainingMs })
    await running.getByRole('link', { name: 'too long' }).click()
    const slider = page.getByRole('slider')
    const shown = () => slider.getAttribute('aria-valuetext')
    const first = await shown()
    await expect.poll(shown, { timeout: trainingMs }).not.toBe(first)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect
      .poll(() => page.locator('main header').first().innerText(), { timeout: trainingMs })
      .toMatch(/cancelled/)
    await page.getByRole('button', { name: 'Repeat' }).waitFor()
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const found: Record<string, string[]> = {}
    for (const place of ['Library', 'Design', 'Queue', 'Runs', 'Settings']) {
      await workbench.goTo(place)
      await page.locator('main section').first().waitFor()
      found[place] = await seriousViolations(page)
    }
    await workbench.goTo('Runs')
    await page.getByRole('link', { name: 'first light' }).click()
    for (const tab of ['Overview', 'Training', 'Structure', 'Spectra', 'Alignment', 'Claims', 'Log']) {
      await page.getByRole('tab', { name: new RegExp(tab) }).click()
      found[tab] = await seriousViolations(page)
    }
    expect(Object.entries(found).filter(([, violations]) => violations.length > 0)).toEqual([])
    expect(Object.keys(found)).toHaveLength(12)
  })

  it('broke no rule of the content policy and threw nothing', () => {
    expect(workbench.problems).toEqual([])
  })

  it('says that the connection is lost when the service is killed in a run, and keeps what was recorded', async () => {
    await workbench.goTo('Design')
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('cut short')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('group', { name: 'Running' }).getByText('steps/s').waitFor({ timeout: trainingMs })
    await workbench.host.kill()
    await page.getByRole('alert').getByText('Connection to the service lost').waitFor()
    await workbench.restart()
    await workbench.goTo('Runs')
    expect(await page.locator('tr[data-index]', { hasText: 'first light' }).innerText()).toMatch(/completed/)
    expect(await page.locator('tr[data-index]', { hasText: 'cut short' }).innerText()).toMatch(/interrupted/)
    await page.getByRole('link', { name: 'cut short' }).click()
    await expectText(page.locator('main header').first(), /interrupted.*kept/s)
    await page.getByRole('tab', { name: 'Training' }).click()
    await panel(/^Loss/).getByRole('img').waitFor()
  })
})
