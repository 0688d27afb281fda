import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from './helpers/axe'
import { createWorkbenchPages, type WorkbenchPages } from './helpers/workbenchPages'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: marks and layouts in a browser. Install chromium or set CHROMIUM_PATH.')

const finished = '/runs/r-0412abcdef'

describe.skipIf(!chromium)('what a person makes of the window', { timeout: 60_000 }, () => {
  let pages: WorkbenchPages
  let problems: string[] = []
  let open: Page | null = null

  beforeAll(async () => {
    pages = await createWorkbenchPages()
  }, 120_000)
  afterAll(() => pages.close())
  afterEach(async () => {
    await open?.context().close()
    expect(problems).toEqual([])
  })
  async function visit(path: string): Promise<Page> {
    const visited = await pages.open(path, 'full', { viewport: { width: 1440, height: 900 } })
    open = visited.page
    problems = visited.problems
    return visited.page
  }
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1, exact: true })
  /** To another place without loading the page again: the fake service lives in it. */
  const go = (page: Page, path: string) => page.evaluate(`location.hash = '${path}'`)

  it('gives a run a name and a colour that every place shows, and takes both back', async () => {
    const page = await visit(finished)
    await heading(page, 'small').waitFor()
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('the good one')
    await page.keyboard.press('Enter')
    await heading(page, 'the good one').waitFor()
    await page.locator('nav[aria-label=Breadcrumb]').getByText('the good one').waitFor()
    await page.getByRole('button', { name: 'Colour in every place' }).click()
    await page.getByRole('button', { name: 'pink' }).click()
    await page.getByText('Marked r-0412abcdef pink.').waitFor()
    expect(await seriousViolations(page)).toEqual([])

    await go(page, '/runs')
    await page.getByRole('link', { name: 'the good one' }).waitFor()
    expect(await page.getByTitle('pink').count()).toBe(1)
    await go(page, '/compare?runs=r-0412abcdef,r-0405abcdef')
    const swatches = page.getByRole('list', { name: 'Groups' }).locator('line')
    await expect
      .poll(() => swatches.evaluateAll((lines) => lines.map((line) => line.getAttribute('stroke'))))
      .toContain('#CC79A7')

    await go(page, finished)
    await heading(page, 'the good one').waitFor()
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await heading(page, 'small').waitFor()
  })

  it('tags and renames several runs at once, and gives each back what it had', async () => {
    const page = await visit('/runs')
    const names = async () => (await page.locator('tr[data-index] a').allInnerTexts()).map((text) => text.trim())
    await expect.poll(names).toContain('small')
    const before = await names()
    await page.getByRole('checkbox', { name: 'Select small', exact: true }).check()
    await page.getByRole('checkbox', { name: 'Select long', exact: true }).check()
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('both')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await names()).filter((name) => name === 'both').length).toBe(2)
    await page.getByRole('button', { name: 'Tag', exact: true }).click()
    await page.getByRole('textbox', { name: 'Tag' }).fill('paper')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('tr[data-index] .tag').count()).toBe(2)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await expect.poll(() => page.locator('tr[data-index] .tag').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await expect.poll(names).toEqual(before)
  })

  it('keeps tab, step, panels and where a place was scrolled to over a reload', async () => {
    const page = await visit(`${finished}?tab=structure`)
    const titles = async () => (await page.locator('.figure h2').allInnerTexts()).map((text) => text.trim())
    await expect.poll(async () => (await titles()).length).toBeGreaterThan(1)
    const usual = await titles()
    await page.getByRole('button', { name: 'Panels' }).click()
    await page.getByRole('button', { name: `Move ${usual[1]} forward` }).click()
    await page.getByRole('button', { name: `${usual[1]} over two columns` }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: `Show the numbers of ${usual[0]}` }).click()
    await page.getByRole('slider', { name: /Measured step/ }).press('Home')
    const [first, second, ...others] = usual
    await expect.poll(titles).toEqual([second, first, ...others])
    await page.setViewportSize({ width: 1100, height: 720 })
    const content = page.locator('.content')
    await content.evaluate((panel) => panel.scrollTo(0, 60))
    await expect.poll(() => page.evaluate(() => localStorage.getItem('collapsar.scroll') ?? '')).toContain(':60')

    await page.reload()
    await expect.poll(titles).toEqual([second, first, ...others])
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Structure')
    expect(await page.locator('.cell.wide h2').first().innerText()).toBe(second)
    expect(await page.getByRole('button', { name: `Show the numbers of ${first}` }).getAttribute('aria-pressed')).toBe(
      'true',
    )
    expect(await page.getByRole('slider', { name: /Measured step/ }).getAttribute('aria-valuetext')).toBe('step 0')
    await expect.poll(() => content.evaluate((panel) => panel.scrollTop)).toBe(60)

    await page.getByRole('button', { name: 'Panels' }).click()
    await page.getByRole('button', { name: 'The usual panels' }).click()
    await expect.poll(titles).toEqual(usual)
  })

  it('comes back to the filter line of Runs', async () => {
    const page = await visit('/runs')
    await page.getByRole('combobox', { name: 'Filter' }).fill('status=diverged')
    await expect.poll(() => page.locator('tr[data-index]').count()).toBe(1)
    await page.reload()
    await expect.poll(() => page.locator('tr[data-index]').count()).toBe(1)
    expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('status=diverged')
  })
})
