import { readFile } from 'node:fs/promises'
import type { Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import type { Scenario } from './fixtures/fakeBridge'
import { seriousViolations } from './helpers/axe'
import { createWorkbenchPages, type WorkbenchPages } from './helpers/workbenchPages'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: the workbench in a browser. Install chromium or set CHROMIUM_PATH.')

const finished = '/runs/r-0412abcdef'
const places = ['/library', '/design', '/queue', '/runs', '/settings', finished] as const

describe.skipIf(!chromium)('the workbench in Chromium', { timeout: 60_000 }, () => {
  let pages: WorkbenchPages
  let problems: string[] = []
  let open: Page | null = null

  beforeAll(async () => {
    pages = await createWorkbenchPages()
  }, 120_000)
  afterAll(() => pages.close())
  afterEach(async () => {
    await open?.context().close()
    // A violation of the hosts' content policy is a console error, too.
    expect(problems).toEqual([])
  })
  async function visit(path: string, scenario: Scenario = 'full', colorScheme: 'light' | 'dark' = 'light') {
    const visited = await pages.open(path, scenario, { colorScheme })
    open = visited.page
    problems = visited.problems
    return visited.page
  }

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    it.each([...places, `${finished}?tab=claims`, `${finished}?tab=log`])(
      '%s has no serious accessibility violation',
      async (path) => {
        const page = await visit(path, 'full', theme)
        if (path.startsWith(finished)) await page.getByRole('tab', { selected: true }).waitFor()
        expect(await seriousViolations(page)).toEqual([])
      },
    )
    it('the designer with a draft has no serious accessibility violation', async () => {
      const page = await visit('/library', 'full', theme)
      await page.getByRole('button', { name: 'Small, ours' }).click()
      await page.getByText('What theory predicts').waitFor()
      expect(await seriousViolations(page)).toEqual([])
      await page.getByRole('textbox', { name: 'Width' }).fill('1')
      await page.getByText('One field needs another value.').waitFor()
      expect(await seriousViolations(page)).toEqual([])
    })
  })

  describe.each(['empty', 'failing'] as const)('with a service that is %s', (scenario) => {
    it.each([
      ['/library', { empty: /Deep linear/, failing: /systems could not be listed.*disk did not answer/s }],
      ['/design', { empty: /Choose a system/, failing: /draft is kept/ }],
      ['/queue', { empty: /Runs that wait/, failing: /queue could not be read.*records are kept/s }],
      ['/runs', { empty: /Every run of this project/, failing: /runs could not be listed/ }],
      [finished, { empty: /could not be opened.*no run r-0412abcdef/s, failing: /could not be opened.*not changed/s }],
    ])('%s says so and what to do', async (path, says) => {
      const page = await visit(path, scenario)
      await expect.poll(() => page.locator('main').innerText()).toMatch(says[scenario])
      expect(await page.locator('main').getByRole('button').or(page.locator('main a')).count()).toBeGreaterThan(0)
      expect(await seriousViolations(page)).toEqual([])
    })
  })

  it('fills the designer from a preset, checks what is typed, and starts the run', async () => {
    const page = await visit('/library')
    await page.getByRole('button', { name: 'Linear, the paper’s sizes' }).click()
    const width = page.getByRole('textbox', { name: 'Width' })
    expect(await width.inputValue()).toBe('60')
    const start = page.getByRole('button', { name: 'Start' })

    await width.fill('1')
    await page.getByText('Width (width): got 1, expected a whole number from 2 to 512.').waitFor()
    expect(await start.isDisabled()).toBe(true)
    await width.fill('400')
    await page.getByText('Note: A width above 256').waitFor()
    await page.getByText('0.2153700722').first().waitFor()

    await page.reload()
    expect(await width.inputValue()).toBe('400')
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('wide')
    await page.keyboard.press('Control+Enter')
    const waiting = page.getByRole('group', { name: 'Waiting' })
    await waiting.getByRole('link', { name: 'wide' }).waitFor()
  })

  it('shows what runs, and cancels it', async () => {
    const page = await visit('/queue')
    const running = page.getByRole('group', { name: 'Running' })
    expect(await running.innerText()).toMatch(/1240\/3000\s+2140 steps\/s\s+2 min 5 s left\s+loss 0.18431/)
    expect(await running.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('41')
    expect(await page.getByRole('group', { name: 'Needs a look' }).innerText()).toMatch(/row 812: 64 values/)
    await running.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('group', { name: 'Ended lately' }).getByText('paper, seed 1').waitFor()
    expect(await running.count()).toBe(0)
  })

  it('moves through the runs by keyboard, bins them and takes that back', async () => {
    const page = await visit('/runs')
    const rows = page.locator('tr[data-index]')
    await rows.first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('tr:focus').innerText()).toMatch(/^\s*small/)
    await page.keyboard.press(' ')
    await page.getByText('1 run selected').waitFor()
    await page.keyboard.press('Delete')
    await page.getByText('Moved r-0412abcdef to the bin.').waitFor()
    await expect.poll(() => rows.count()).toBe(6)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => rows.count()).toBe(7)
  })

  it('sorts the runs, blanks last in both directions', async () => {
    const page = await visit('/runs')
    const losses = async () => {
      const cells = await page.locator('tr[data-index] td:nth-child(5)').allInnerTexts()
      return cells.map((text) => text.trim())
    }
    const sort = page.getByRole('button', { name: 'loss', exact: true })
    await sort.click()
    await expect.poll(async () => (await losses()).slice(-2)).toEqual(['', ''])
    await expect.poll(losses).toEqual(expect.arrayContaining(['0.044606']))
    const first = await losses()
    expect(first[0]).toBe('0.044606')
    await sort.click()
    await expect.poll(losses).toEqual([...first.slice(0, -2).reverse(), '', ''])
  })

  it('finds a place, a preset and a run by typing', async () => {
    const page = await visit('/library')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('small deep')
    await page.getByRole('option', { name: /Deep linear.*Small, ours/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('r-0412')
    await page.getByRole('option', { name: /r-0412abcdef/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'small', level: 1 }).waitFor()
    expect(page.url()).toContain('#/runs/r-0412abcdef')
  })

  it('lets one slider rule every panel', async () => {
    const page = await visit(`${finished}?tab=spectra`)
    const hessian = page.getByRole('region', { name: 'Layer Hessian', exact: true })
    await hessian.getByText('9 × 0.21537, predicted 0.2153700722').waitFor()
    const slider = page.getByRole('slider')
    expect(await slider.getAttribute('aria-valuetext')).toBe('step 6000')
    await slider.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('step 0')
    await hessian.getByText('layer 2, step 0,').waitFor()
    await page.getByRole('region', { name: 'Full Hessian, weights only' }).getByText('step 0,').waitFor()
    await page.getByRole('button', { name: 'Last measured step' }).click()
    await hessian.getByText('step 6000,').waitFor()
    await hessian.getByRole('combobox', { name: 'Layer of Layer Hessian' }).selectOption('layer 3')
    await hessian.getByText('layer 3, step 6000,').waitFor()
  })

  it('shows the numbers of a figure, expands it, and gives it as CSV, SVG and PNG', async () => {
    const page = await visit(`${finished}?tab=spectra`)
    const hessian = page.getByRole('region', { name: 'Layer Hessian', exact: true })
    await hessian.getByRole('button', { name: 'Show the numbers of Layer Hessian' }).click()
    expect(await hessian.getByRole('row').count()).toBe(1 + 100 + 2)
    await hessian.getByRole('button', { name: 'Expand Layer Hessian' }).click()
    expect((await hessian.boundingBox())?.width).toBe(1440 - 56)
    await page.keyboard.press('Escape')
    expect((await hessian.boundingBox())?.width).toBeLessThan(500)

    const save = async (format: RegExp): Promise<Download> => {
      await hessian.getByRole('button', { name: 'Export Layer Hessian' }).click()
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: format }).click()
      return download
    }
    const csv = await save(/CSV/)
    expect(csv.suggestedFilename()).toBe('r-0412abcdef Layer Hessian.csv')
    const lines = (await readFile(await csv.path(), 'utf8')).split('\r\n')
    expect(lines[0]).toBe('kind,index,value,copies')
    expect(lines.filter((line) => /^measured,\d,0\.21537/.test(line))).toHaveLength(9)
    const svg = await readFile(await (await save(/SVG/)).path(), 'utf8')
    expect(svg).toMatch(/<metadata>.*run="r-0412abcdef"/)
    expect(svg).not.toMatch(/<script/)
    const png = await readFile(await (await save(/PNG/)).path())
    // 140 × 90 mm at 300 dpi; width and height stand in the header chunk.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1653, 1062])
    // An empty picture of this size compresses to a few kilobytes.
    expect(png.length).toBeGreaterThan(15_000)
  })

  it('states every claim with its numbers and its verdict', async () => {
    const page = await visit(`${finished}?tab=claims`)
    const row = page.getByRole('row', { name: /ρ₁ of layer 2/ })
    expect(await row.innerText()).toMatch(/0.2153700722\s+0.2153704671\s+± 4.3·10⁻⁶\s+holds/)
    expect(await page.getByRole('row', { name: /largest deviation/ }).innerText()).toMatch(/fails/)
  })

  it('keeps the chosen theme and density', async () => {
    const page = await visit('/settings')
    await page.getByText('Dark', { exact: true }).click()
    await page.getByText('Compact', { exact: true }).click()
    await page.reload()
    const root = page.locator('html')
    await expect.poll(() => root.getAttribute('data-theme')).toBe('dark')
    expect(await root.getAttribute('data-density')).toBe('compact')
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    expect(ground).toBe('rgb(18, 19, 21)')
  })

  it.each([
    [1100, 720],
    [1440, 900],
    [1920, 1080],
  ])('never scrolls the page at %i × %i', async (width, height) => {
    const scrolling: string[] = []
    for (const path of places) {
      const page = await visit(path)
      await page.setViewportSize({ width, height })
      const scrolls = await page.evaluate<boolean>(
        'document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight',
      )
      if (scrolls) scrolling.push(path)
      await page.context().close()
    }
    expect(scrolling).toEqual([])
  })
})
