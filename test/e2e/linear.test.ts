import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: linear networks in a browser. Install chromium or set CHROMIUM_PATH.')

const trainingMs = 90_000

describe.skipIf(!chromium)('linear networks in the workbench', () => {
  let workbench: OpenWorkbench
  let page: Page
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'collapsar-matrices-'))
    workbench = await openWorkbench()
    page = workbench.page
  })
  afterAll(async () => {
    await workbench.close()
    await rm(folder, { recursive: true })
  })
  const panel = (title: RegExp) => page.getByRole('region', { name: title })
  async function train(name: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Name of the run' }).fill(name)
    await expect.poll(() => page.getByRole('button', { name: 'Start', exact: true }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const ended = page.getByRole('group', { name: 'Ended lately' })
    await ended.getByRole('link', { name, exact: true }).click({ timeout: trainingMs })
  }
  async function preset(system: RegExp, title: string | RegExp): Promise<void> {
    await workbench.goTo('Library')
    const card = page.getByRole('article', { name: system })
    await card.getByRole('button', { name: title }).click()
  }

  it('draws the evolution of the singular vectors as a surface that the arrow keys and the pointer turn', async () => {
    await preset(/^Deep linear network/, 'The figure')
    await train('the figure')
    await page.getByRole('tab', { name: 'Structure' }).click()
    const surface = panel(/right singular vectors, surface/).getByRole('group', { name: /arrow keys turn/ })
    await surface.waitFor()
    const picture = async () => (await surface.screenshot()).toString('base64')
    const start = await picture()
    await surface.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(picture).not.toBe(start)
    await page.keyboard.press('Home')
    await expect.poll(picture).toBe(start)
    const { x, y, width, height } = (await surface.boundingBox())!
    await page.mouse.move(x + width / 2, y + height / 2)
    await page.mouse.down()
    await page.mouse.move(x + width / 2 + 60, y + height / 2)
    await page.mouse.up()
    await page.mouse.move(x, y)
    await expect.poll(picture).not.toBe(start)
    expect(await seriousViolations(page)).toEqual([])
  })

  it('shows separation over depth with its slope, at the step of the slider', async () => {
    await preset(/^Progressive feature separation/, 'Small')
    await train('progressive')
    await page.getByRole('tab', { name: 'Structure' }).click()
    const profile = panel(/Class separation of what enters/)
    const readout = () => profile.locator('.readout').innerText()
    await expect.poll(readout).toMatch(/slope of the logarithm −3\.8\d+ a layer.*correlation −1/)
    await expect.poll(readout).toMatch(/predicted slope −3\.7945/)
    await page.getByRole('slider').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => profile.locator('.subtitle').innerText()).toMatch(/^step 0/)
  })

  it('imports a matrix with gaps in the designer and completes it', async () => {
    const rows = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 12 }, (_, j) => ((i * 5 + j * 7) % 6 === 0 ? '' : ((i + 1) * (j + 1)) / 72)).join(','),
    )
    await Promise.all([
      writeFile(join(folder, 'ratings.csv'), rows.join('\n')),
      writeFile(join(folder, 'broken.csv'), `user,item\n${rows.join('\n')}`),
    ])
    await preset(/completion/, /^Completion, full/)
    await page.getByRole('button', { name: 'Import…' }).click()
    const form = page.getByRole('group', { name: /^Import:/ })
    const choose = (file: string) => form.getByLabel('CSV or NPY').setInputFiles(join(folder, file))
    await choose('broken.csv')
    await form.getByRole('button', { name: 'Import', exact: true }).click()
    await form.getByText(/broken\.csv: .*row 1, column 1: "user" is not a finite number/).waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await choose('ratings.csv')
    await form.getByRole('button', { name: 'Import', exact: true }).click()
    const field = page.getByRole('combobox', { name: 'Imported matrix' })
    await expect.poll(() => field.evaluate((select) => select.querySelector('option:checked')?.textContent)).toBe('ratings, 12 × 12') // prettier-ignore
    await page.getByRole('textbox', { name: 'Observed fraction' }).fill('0.8')
    await page.getByRole('textbox', { name: 'Learning rate' }).fill('0.02')
    await train('ratings')
    await page.getByRole('tab', { name: 'Training' }).click()
    await panel(/Recovery error/)
      .getByText(/step 3000: /)
      .waitFor()
  })

  it('logged no error', () => {
    expect(workbench.problems).toEqual([])
  })
})
