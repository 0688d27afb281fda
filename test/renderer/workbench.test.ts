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
const places = ['/library', '/design', '/queue', '/runs', '/compare', '/settings', finished] as const

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
    it.each([...places, `${finished}?tab=claims`, `${finished}?tab=log`, `${finished}?tab=analyses`])(
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
      ['/compare', { empty: /Curves, tables and sweeps/, failing: /runs could not be read.*comparison is kept/s }],
      ['/runs', { empty: /Every run of this project/, failing: /runs could not be listed/ }],
      [finished, { empty: /could not be opened.*no run r-0412abcdef/s, failing: /could not be opened.*not changed/s }],
    ])('%s says so and what to do', async (path, says) => {
      const page = await visit(path, scenario)
      await expect.poll(() => page.locator('main').innerText()).toMatch(says[scenario])
      expect(await page.locator('main').getByRole('button').or(page.locator('main a')).count()).toBeGreaterThan(0)
      expect(await seriousViolations(page)).toEqual([])
    })
  })

  it('compares the runs that the address names, and tells which are gone', async () => {
    const page = await visit('/compare?runs=r-0412abcdef,r-0413abcdef,r-0000000000')
    const groups = page.getByRole('list', { name: 'Groups' })
    await groups.getByText('λ').or(groups.getByText('d = 60')).first().waitFor()
    await page.getByText('1 of the compared runs are gone or in the bin.').waitFor()
    await page
      .getByRole('region', { name: /^Loss over step/ })
      .getByRole('img')
      .waitFor()
    expect(page.url()).not.toContain('runs=')
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Leave them out' }).click()
    await expect.poll(() => page.getByText('gone or in the bin').count()).toBe(0)
  })

  it('moves panels by their buttons and takes runs out with undo', async () => {
    const page = await visit('/compare?runs=r-0412abcdef,r-0413abcdef')
    const titles = () => page.locator('main h2').allInnerTexts()
    await expect.poll(titles).toEqual(['Loss over step', 'Metrics', 'Differences of settings'])
    await page.getByRole('button', { name: 'Adjust Metrics' }).click()
    await page.getByRole('button', { name: 'Move back' }).click()
    await expect.poll(titles).toEqual(['Metrics', 'Loss over step', 'Differences of settings'])
    await page.keyboard.press('Escape')
    await page.locator('summary').first().click()
    await page.getByRole('button', { name: /^Leave out r-04/ }).click()
    await expect.poll(() => page.getByRole('list', { name: 'Groups' }).getByRole('checkbox').count()).toBe(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.getByRole('list', { name: 'Groups' }).getByRole('checkbox').count()).toBe(2)
  })

  it('fills the designer from a preset, checks what is typed, and starts the run', async () => {
    const page = await visit('/library')
    await page.getByRole('button', { name: 'Linear, the paper’s sizes' }).click()
    const width = page.getByRole('textbox', { name: 'Width' })
    expect(await width.inputValue()).toBe('60')
    const start = page.getByRole('button', { name: 'Start' })

    await width.fill('1')
    const refusal = 'Width (width): got 1, expected a whole number from 2 to 512.'
    await page.getByRole('alert').getByText(refusal).waitFor()
    await page.getByRole('list', { name: 'What has to change' }).getByText(refusal).waitFor()
    expect(await start.isDisabled()).toBe(true)
    await width.fill('400')
    await page.getByText('Note: A width above 256').waitFor()
    await page.getByText('0.2153700722').first().waitFor()
    const gain = page.getByRole('region', { name: 'Gain of the collapsed solution' })
    expect(await gain.getByRole('img').getAttribute('aria-label')).toMatch(/λ = 0.005: minimum 0.9/)

    await page.reload()
    expect(await width.inputValue()).toBe('400')
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('wide')
    await page.keyboard.press('Control+Enter')
    const waiting = page.getByRole('group', { name: 'Waiting' })
    await waiting.getByRole('link', { name: 'wide' }).waitFor()
  })

  it('designs a sweep by typing and by the builder, and starts it', async () => {
    const page = await visit('/library')
    await page.getByRole('button', { name: 'Small, ours' }).click()
    const preview = page.locator('.preview')
    const field = (name: string) => page.getByRole('textbox', { name, exact: true })
    await field('Width').fill('8, 10')
    await field('Seed').fill('0..3')
    await page.getByRole('button', { name: 'Several values of Weight decay' }).click()
    const builder = page.getByRole('dialog', { name: 'Values of Weight decay' })
    await builder.getByText('Range', { exact: true }).click()
    await builder.getByRole('textbox', { name: 'How many' }).fill('3')
    expect(await field('Weight decay').inputValue()).toBe('0.0005..0.05 log 3')
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Start 24 runs' }).waitFor()
    await preview.getByText('all 24').waitFor()
    expect(await preview.getByRole('row', { name: /^24 10 0.05 3$/ }).count()).toBe(1)

    await page.getByRole('textbox', { name: 'Conditions, one in each line' }).fill('lambda*width < 0.1')
    await page.getByRole('button', { name: 'Start 16 runs' }).waitFor()
    await preview.getByText('8 left out by conditions').waitFor()
    await page.getByRole('textbox', { name: 'Conditions, one in each line' }).fill('lambda <')
    await page.getByText('One field needs another value.').waitFor()
    await page.getByRole('textbox', { name: 'Conditions, one in each line' }).fill('')
    await page.getByRole('button', { name: 'Start 24 runs' }).waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/#\/queue/)
    await page.getByText('Queued 24 runs.').waitFor()
  })

  it('saves a design, opens it again, and shows what was changed since', async () => {
    const page = await visit('/library')
    await page.getByRole('button', { name: 'Small, ours' }).click()
    const width = page.getByRole('textbox', { name: 'Width', exact: true })
    await width.fill('8, 10')
    await page.getByRole('button', { name: 'Start 2 runs' }).waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('Saved as small.').waitFor()
    await width.fill('9')
    await page.getByRole('button', { name: 'Open a saved design or a file' }).click()
    await page.getByRole('button', { name: 'small', exact: true }).click()
    expect(await width.inputValue()).toBe('8, 10')
    await page.getByText('As small: nothing is changed yet.').waitFor()
    await width.fill('8, 10, 12')
    const changes = page.getByRole('region', { name: 'Changed from small' })
    expect(await changes.getByRole('row', { name: /^Width d 8, 10 8, 10, 12$/ }).count()).toBe(1)

    await page.getByRole('button', { name: 'Start 3 runs' }).waitFor()
    await page.getByRole('button', { name: 'Open a saved design or a file' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export as JSON' }).click()
    const file = await (await download).path()
    await page.getByRole('button', { name: 'Open a saved design or a file' }).click()
    await page.getByRole('button', { name: 'Delete small' }).click()
    await page.getByText('Nothing is saved yet.').waitFor()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Import a JSON file' }).click()
    await (await chooser).setFiles(file)
    await page.getByText(/^Imported/).waitFor()
    await page.getByText(/nothing is changed yet/).waitFor()
    expect(await width.inputValue()).toBe('8, 10, 12')
  })

  it('shows what runs, and cancels it', async () => {
    const page = await visit('/queue')
    const running = page.getByRole('group', { name: 'Running' })
    expect(await running.innerText()).toMatch(/1240\/3000\s+2140 steps\/s\s+2 min 5 s left\s+loss 0.18431/)
    expect(await running.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('41')
    const failures = page.getByRole('group', { name: 'Needs a look' })
    expect(await failures.innerText()).toMatch(/row 812: 64 values/)
    await failures.getByText('Last lines of the log').first().click()
    await failures.getByText(/Started with \d+ measured steps/).waitFor()
    await running.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('group', { name: 'Ended lately' }).getByText('paper, seed 1').waitFor()
    expect(await running.count()).toBe(0)
  })

  it('takes a cancelled run that waited back into the queue', async () => {
    const page = await visit('/queue')
    const waiting = page.getByRole('group', { name: 'Waiting' })
    await waiting.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancelled digits.').waitFor()
    await expect.poll(() => waiting.count()).toBe(0)
    await page.keyboard.press('Control+z')
    await waiting.getByRole('link', { name: 'digits' }).waitFor()
  })

  it('keeps sweeps as rows that open to their runs, in an order that can be changed and taken back', async () => {
    const page = await visit('/library')
    const design = async (name: string, seeds: string) => {
      await page.keyboard.press('Alt+1')
      await page.getByRole('button', { name: 'Small, ours' }).click()
      await page.getByRole('textbox', { name: 'Seed', exact: true }).fill(seeds)
      await page.getByRole('textbox', { name: 'Name of the run' }).fill(name)
      await page.getByRole('button', { name: /^Start \d+ runs/ }).waitFor()
      await page.keyboard.press('Control+Enter')
      await page.waitForURL(/#\/queue/)
    }
    await design('first', '0..3')
    await design('second', '4..6')
    const waiting = page.getByRole('group', { name: 'Waiting' })
    const titles = () => waiting.locator('.sweep strong').allInnerTexts()
    await expect.poll(titles).toEqual(['first', 'second'])

    await waiting.getByRole('button', { name: 'Show the runs of second' }).click()
    const opened = waiting.getByRole('list', { name: 'Show the runs of second' })
    await expect.poll(() => opened.getByRole('link').allInnerTexts()).toEqual(['seed 4', 'seed 5', 'seed 6'])
    expect(await seriousViolations(page)).toEqual([])

    await waiting.getByRole('button', { name: /^Move second/ }).focus()
    await page.keyboard.press('ArrowUp')
    await expect.poll(titles).toEqual(['second', 'first'])
    await page.getByRole('heading', { name: /Waiting/ }).click()
    await page.keyboard.press('Control+z')
    await expect.poll(titles).toEqual(['first', 'second'])
    await waiting
      .getByRole('button', { name: /^Move second/ })
      .dragTo(waiting.getByRole('button', { name: /^Move first/ }))
    await expect.poll(titles).toEqual(['second', 'first'])
    await waiting.getByRole('combobox', { name: 'Priority of first' }).selectOption('High')
    await expect.poll(() => waiting.getByRole('combobox', { name: 'Priority of first' }).inputValue()).toBe('1')

    await waiting.getByRole('button', { name: 'Pause the sweep' }).first().click()
    await waiting.getByText(/^paused/).waitFor()
    await page.getByRole('button', { name: 'Pause the queue' }).click()
    await page.getByText('The queue is paused').waitFor()
    await waiting.locator('.sweep', { hasText: 'second' }).getByRole('button', { name: 'Cancel' }).click()
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Cancel the sweep' }).click()
    await expect.poll(titles).toEqual(['first'])
  })

  it('takes a run over into the designer and shows the difference', async () => {
    const page = await visit('/queue')
    await page.getByRole('group', { name: 'Needs a look' }).getByRole('button', { name: /Clone/ }).first().click()
    await page.getByText(/nothing is changed yet/).waitFor()
    await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('0..3')
    await expect.poll(() => page.getByRole('row', { name: 'Seed 0 0..3 integer' }).count()).toBe(1)
  })

  it('shows ten thousand waiting runs without putting them all into the page', async () => {
    const page = await visit('/library')
    await page.getByRole('button', { name: 'Small, ours' }).click()
    await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('0..9999')
    await page.getByRole('button', { name: 'Start 10000 runs' }).waitFor()
    await page.keyboard.press('Control+Enter')
    const waiting = page.getByRole('group', { name: 'Waiting' })
    await waiting.getByRole('button', { name: 'Show the runs of small' }).click()
    await waiting.getByRole('link', { name: 'seed 0', exact: true }).waitFor()
    const queue = page.getByRole('region', { name: 'Queue' })
    await queue.evaluate((element) => (element.scrollTop = 5000 * 44))
    await waiting
      .getByRole('link', { name: /^seed 5\d\d\d$/ })
      .first()
      .waitFor()
    expect(await waiting.getByRole('listitem').count()).toBeLessThan(80)
  })

  it('resumes a run that was interrupted or cancelled, in the queue and on its own page', async () => {
    const page = await visit('/queue')
    const row = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) })
    expect(await row('paper, seed 1').getByRole('button', { name: 'Resume' }).count()).toBe(0)
    await row('long').getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('group', { name: 'Waiting' }).getByText('long').waitFor()
    await row('too wide').getByRole('link', { name: 'too wide' }).click()
    const header = page.locator('main header').first()
    await header.getByRole('button', { name: 'Repeat' }).waitFor()
    await header.getByRole('button', { name: 'Resume' }).click()
    await header.getByText('waiting').waitFor()
    expect(await header.getByRole('button', { name: 'Resume' }).count()).toBe(0)
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
    await page.getByText('Moved r-0412abcdef to the bin.').waitFor({ state: 'detached' })
    await page.locator('tr[data-index]', { hasText: 'small' }).focus()
    await page.keyboard.press('Delete')
    await expect.poll(() => rows.count()).toBe(6)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.keyboard.press('Control+z')
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
    await page.getByRole('dialog').locator('input:focus').waitFor()
    await page.keyboard.type('small deep')
    await page.getByRole('option', { name: /Deep linear.*Small, ours/ }).waitFor()
    await page.keyboard.press('Escape')
    // What is typed while the palette still closes is not meant for the next one.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').locator('input:focus').fill('r-0412')
    await page.getByRole('option', { name: /r-0412abcdef/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'small', level: 1 }).waitFor()
    expect(page.url()).toContain('#/runs/r-0412abcdef')
  })

  it('analyses a stored state: copies beside theory, outliers by a chosen rule, the same question answered at once', async () => {
    const page = await visit(`${finished}?tab=analyses`)
    await page.getByRole('button', { name: 'Analyse', exact: true }).click()
    const result = page.getByRole('region', { name: /Spectrum: Hessian of the loss, all parameters/ })
    await result.getByText('3 × 0.66, predicted 0.66').waitFor()
    await result.getByText('9 outliers').waitFor()
    await result.getByLabel('Outliers by').selectOption({ label: 'a threshold by hand' })
    await result.getByLabel('Threshold').fill('0.65')
    await result.getByText('3 outliers').waitFor()
    expect(await seriousViolations(page)).toEqual([])
    const download = page.waitForEvent('download')
    await result.getByRole('button', { name: 'Export Hessian of the loss, all parameters' }).click()
    await page.getByRole('menuitem', { name: /CSV/ }).click()
    const table = await readFile(await (await download).path(), 'utf8')
    expect(table).toMatch(/^end,index,eigenvalue,residual\r\ntop,1,0\.66,2e-9\r\n/)
    expect(table.trim().split('\r\n')).toHaveLength(22)

    await page.getByRole('button', { name: 'Analyse', exact: true }).click()
    await page.getByText('nothing was computed again').waitFor()
    await page.getByLabel('Step', { exact: true }).selectOption('0')
    await page.getByRole('button', { name: 'Analyse', exact: true }).click()
    await page.getByText('12 products, about 8 s left').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Go on' }).waitFor()
  })

  it('offers in the palette what the place can do, and every system', async () => {
    const page = await visit('/design')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('defaults image')
    await page.getByRole('option', { name: /Image classifier/ }).click()
    await page.getByRole('textbox', { name: 'Hidden width' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('start the')
    await page.getByRole('option', { name: /Start the run/ }).click()
    await page.waitForURL(/#\/queue/)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('dark')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
  })

  it('lists the shortcuts at a question mark, goes places by keys, and leaves both to a field that is typed into', async () => {
    const page = await visit('/library')
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Shortcuts' })
    await dialog.getByText('Go to Queue').waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Alt+2')
    await page.waitForURL(/#\/design/)
    await page.goto(page.url().replace('design', 'library'))
    await page.getByRole('button', { name: 'Small, ours' }).click()
    const name = page.getByRole('textbox', { name: 'Name of the run' })
    await name.fill('why')
    await name.press('?')
    expect(await name.inputValue()).toBe('why?')
    expect(await dialog.count()).toBe(0)
  })

  it('comes back to the last place, and after two failed starts opens without it and says so', async () => {
    const page = await visit('/library')
    const root = page.url().replace(/#.*/, '')
    await page.getByRole('button', { name: 'Small, ours' }).click()
    await page.waitForURL(/#\/design/)
    await page.goto('about:blank')
    await page.goto(root)
    await page.getByRole('textbox', { name: 'Width' }).waitFor()
    await page.evaluate("localStorage.setItem('collapsar.failedStarts', '2')")
    await page.evaluate("addEventListener('pagehide', () => localStorage.setItem('collapsar.failedStarts', '2'))")
    await page.goto('about:blank')
    await page.goto(root)
    await page.getByText('Safe mode').waitFor()
    expect(await page.getByRole('region', { name: 'Library' }).count()).toBe(1)
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Restore them' }).click()
    await page.getByRole('textbox', { name: 'Width' }).waitFor()
    expect(await page.getByText('Safe mode').count()).toBe(0)
  })

  it('lets one slider rule every panel', async () => {
    const page = await visit(`${finished}?tab=spectra`)
    const hessian = page.getByRole('region', { name: 'Layer Hessian', exact: true })
    await hessian.getByText('9 × 0.21537, predicted 0.2153700722').waitFor()
    await hessian.getByRole('button', { name: 'What is Layer Hessian?' }).click()
    const card = page.getByRole('dialog', { name: 'What is Layer Hessian?' })
    expect(await card.innerText()).toMatch(
      /eigenvalues of the layer Hessian\s+ρ\s+dimensionless, for each layer[\s\S]*theory 01/,
    )
    expect(await seriousViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
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
