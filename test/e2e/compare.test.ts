import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'
import { collapsar } from './helpers/startHost'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: Compare against the real service. Install chromium or set CHROMIUM_PATH.')

/** Three seeds of two settings, too short for the claims of the preset to apply. */
const runs = [0.005, 0.01].flatMap((decay) =>
  [0, 1, 2].map((seed) => {
    const settings = ['--set', `weightDecay=${decay}`, '--set', 'steps=300', '--seed', String(seed)]
    return ['run', 'deep-ufm', ...settings, '--name', 'seeds']
  }),
)

describe.skipIf(!chromium)('comparing three seeds of two settings', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench({
      prepare: async (project) => {
        for (const args of runs) await collapsar(project, args)
      },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    page = workbench.page
    await workbench.goTo('Compare')
  }, 180_000)
  afterAll(async () => {
    await workbench.close()
  })
  const panel = (title: RegExp) => page.getByRole('region', { name: title })
  const subtitle = (title: RegExp) => panel(title).locator('.subtitle').innerText()
  async function add(kind: RegExp) {
    await page.getByRole('button', { name: 'Add panel' }).click()
    await page.getByRole('menuitem', { name: kind }).click()
  }
  async function adjust(title: RegExp, change: () => Promise<unknown>) {
    await panel(title)
      .getByRole('button', { name: /^Adjust/ })
      .click()
    await change()
    await page.keyboard.press('Escape')
  }

  it('takes the runs from the chooser and groups everything but the seed', async () => {
    await page.getByRole('button', { name: 'Choose runs', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('system=deep-ufm and status=completed')
    await dialog.getByRole('checkbox', { name: 'Choose all listed runs' }).check()
    await dialog.getByRole('button', { name: 'Compare 6 runs' }).click()
    await expect
      .poll(() => page.getByRole('list', { name: 'Groups' }).innerText())
      .toMatch(/λ = 0\.005[\s\S]*×3[\s\S]*λ = 0\.01[\s\S]*×3/)
  })

  it('shows the mean with its band, n, and the metrics of both groups', async () => {
    await panel(/^Loss over step/)
      .getByRole('img')
      .waitFor()
    expect(await subtitle(/^Loss over step/)).toBe('mean ± standard deviation, n = 3')
    expect(await panel(/^Metrics/).innerText()).toMatch(/last loss[\s\S]*±[\s\S]*n = 3[\s\S]*Δ \+/)
    expect(await panel(/^Differences/).innerText()).toMatch(/Weight decay λ\s+0\.005\s+0\.01/)
  })

  it('explains what is measured, with formula and source', async () => {
    await panel(/^Loss over step/)
      .getByRole('button', { name: /^What is/ })
      .click()
    const card = page.getByRole('dialog', { name: /^What is Loss over step/ })
    expect(await card.innerText()).toMatch(/Loss\s+L\s[\s\S]*Theory note 01, section 2/)
    await page.keyboard.press('Escape')
  })

  it('changes band, axis and smoothing beside the picture, and says so', async () => {
    await adjust(/^Loss over step/, async () => {
      await page.getByRole('combobox', { name: 'Band around the mean' }).selectOption('bootstrap')
      await page.getByRole('textbox', { name: /^Smoothing/ }).fill('0.5')
      await page.keyboard.press('Enter')
      await page.getByRole('combobox', { name: 'x axis', exact: true }).selectOption({ label: 'flow time' })
    })
    await expect
      .poll(() => subtitle(/^Loss over flow time/))
      .toBe('mean, bootstrap 90 %, n = 3, smoothed 0.5, measured behind')
  })

  it('zooms by dragging, and back', async () => {
    const box = await panel(/^Loss over flow time/)
      .getByRole('img')
      .boundingBox()
    if (!box) throw new Error('the chart has no place on the page')
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 100, { steps: 4 })
    await page.mouse.up()
    const reset = panel(/^Loss over flow time/).getByRole('button', { name: /^Show all of the x axis/ })
    expect(await reset.innerText()).toMatch(/\d … \d/)
    await reset.click()
    await expect.poll(() => reset.count()).toBe(0)
  })

  it('draws a heatmap over two settings and a scatter with the theory', async () => {
    await add(/^Heatmap/)
    await expect.poll(() => subtitle(/^Last loss over/)).toMatch(/mean of 1 runs a cell/)
    await add(/^Metric against/)
    await expect.poll(() => subtitle(/^Last loss against λ/)).toMatch(/6 runs, theory: Garrod & Keating/)
  })

  it('copies the metrics as a LaTeX table', async () => {
    await panel(/^Metrics/)
      .getByRole('button', { name: 'Copy as LaTeX' })
      .click()
    await page.getByText('Copied the table as LaTeX.').waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).toMatch(/\\toprule[\s\S]*\$\\lambda\$ = 0\.005 & \$[\d.]+ \\pm [\d.]+[\s\S]*\\bottomrule/)
  })

  it('exports what was measured, not the smoothed curve', async () => {
    await panel(/^Loss over flow time/)
      .getByRole('button', { name: /^Export/ })
      .click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: /SVG/ }).click()
    const svg = await readFile(await (await download).path(), 'utf8')
    expect(svg).toContain('<desc>mean, bootstrap 90 %, n = 3</desc>')
    expect(svg).toMatch(/runs="r-\w{10}( r-\w{10}){5}"/)
  })

  it('takes a removed panel back', async () => {
    await adjust(/^Differences/, () => page.getByRole('button', { name: 'Remove panel' }).click())
    await expect.poll(() => panel(/^Differences/).count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => panel(/^Differences/).count()).toBe(1)
  })

  it('saves by name and reopens as it was after a reload', async () => {
    await page.getByRole('checkbox', { name: 'Show λ = 0.01' }).uncheck()
    await page.getByRole('textbox', { name: 'Name of the comparison' }).fill('two decays')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('saved as “two decays”', { exact: true }).waitFor()
    const titles = await page.locator('main h2').allInnerTexts()

    await page.evaluate('localStorage.clear()')
    await page.reload()
    await workbench.goTo('Compare')
    await page.getByRole('button', { name: 'Choose runs', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('menuitem', { name: /two decays/ }).click()
    await expect.poll(() => page.locator('main h2').allInnerTexts()).toEqual(titles)
    expect(await page.getByRole('checkbox', { name: 'Show λ = 0.01' }).isChecked()).toBe(false)
    await expect.poll(() => subtitle(/^Loss over flow time/)).toMatch(/bootstrap 90 %.*smoothed 0\.5/)
    await page.getByRole('checkbox', { name: 'Show λ = 0.01' }).check()
    await page.getByText('changed since saved').waitFor()
  })

  it('offers to replace a comparison of the same name', async () => {
    await page.getByRole('button', { name: 'New', exact: true }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('textbox', { name: 'Name of the comparison' }).fill('two decays')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Replace' }).waitFor()
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('menuitem', { name: /two decays/ }).click()
    await expect.poll(() => subtitle(/^Loss over flow time/)).toContain('n = 3')
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    for (const kind of [/^Parallel/, /^Importance/, /^Small multiples/, /^Spectra/]) await add(kind)
    expect(await seriousViolations(page)).toEqual([])
    await panel(/^Metrics/)
      .getByRole('button', { name: /^Adjust/ })
      .click()
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Choose runs…' }).click()
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
  })

  it('broke no rule of the content policy and threw nothing', () => {
    expect(workbench.problems).toEqual([])
  })
})
