import { readFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: the Runs place against the real service. Install chromium or set CHROMIUM_PATH.')

/** Two settings with three seeds each, and one that diverges. */
function train(project: string): void {
  const run = (...args: string[]) => {
    const short = ['--set', 'steps=60', '--set', 'depth=2', '--project', project]
    const trained = spawnSync(process.execPath, ['out/main/cli.js', 'run', 'deep-ufm', ...short, ...args])
    if (trained.status === 2) throw new Error(trained.stderr.toString())
  }
  for (const seed of ['0', '1', '2']) {
    run('--seed', seed, '--set', 'weightDecay=1e-3', '--name', 'weak')
    run('--seed', seed, '--set', 'weightDecay=2e-2', '--name', 'strong')
  }
  run('--set', 'learningRate=90', '--name', 'too fast')
}

describe.skipIf(!chromium)('the Runs place', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench({ prepare: train })
    page = workbench.page
    await workbench.goTo('Runs')
  })
  afterAll(async () => {
    await workbench.close()
  })
  const lines = () => page.locator('tr[data-index]')
  const filter = () => page.getByRole('combobox', { name: 'Filter' })
  const expectCount = async (text: RegExp) => {
    await expect.poll(() => page.locator('.counted').innerText()).toMatch(text)
  }
  const column = async (title: string): Promise<Locator[]> => {
    const titles = await page.getByRole('columnheader').allInnerTexts()
    const place = titles.findIndex((text) => text.trim() === title)
    return lines()
      .locator(`td:nth-child(${place + 1})`)
      .all()
  }
  const textsOf = async (title: string) =>
    Promise.all((await column(title)).map(async (cell) => (await cell.innerText()).trim()))

  it('lists every run with the parameters that tell them apart', async () => {
    await expectCount(/^7 runs$/)
    await expect.poll(() => textsOf('λ')).toEqual(['0.005', '0.02', '0.001', '0.02', '0.001', '0.02', '0.001'])
    expect(await lines().first().innerText()).toMatch(/too fast\s+diverged/)
  })

  it('filters, completing what is typed by keyboard, and marks what it cannot understand', async () => {
    await filter().click()
    await page.keyboard.type('weightD')
    await page.getByRole('option', { name: /^weightDecay Weight decay/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await filter().inputValue()).toBe('weightDecay')
    await page.keyboard.type('=')
    await page.getByRole('option', { name: /^0.02 3 runs/ }).waitFor()
    await page.keyboard.type('0.02 and loss@40 > 0')
    await expectCount(/^3 runs$/)
    expect(new Set(await textsOf('λ'))).toEqual(new Set(['0.02']))

    await filter().fill('lamda > 0.01')
    await page.getByText('No run has anything called "lamda". Did you mean lambda?').waitFor()
    expect(await filter().getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator('mark').innerText()).toBe('lamda')
    // The table keeps what was understood last.
    await expectCount(/^3 runs$/)
    await filter().fill('lambda > 0.01 and status:completed or "too fast"')
    await expectCount(/^4 runs$/)
  })

  it('builds a condition for whom the syntax is new', async () => {
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expectCount(/^7 runs$/)
    await page.getByRole('button', { name: 'Build' }).click()
    await page.getByRole('combobox', { name: 'What is compared' }).selectOption({ label: 'Seed' })
    await page.getByRole('combobox', { name: 'How it is compared' }).selectOption({ label: 'is at least' })
    await page.getByRole('textbox', { name: 'Value' }).fill('1')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await filter().inputValue()).toBe('seed >= 1')
    await expectCount(/^4 runs$/)
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expectCount(/^7 runs$/)
  })

  it('groups by everything but the seed in one click, with mean and spread', async () => {
    await page.getByRole('button', { name: 'All but seed' }).click()
    await expectCount(/^3 groups$/)
    const strong = page.getByRole('row', { name: /3 runs strong/ })
    expect(await strong.innerText()).toMatch(/0\.\d+ ± /)
    expect(await strong.getAttribute('aria-expanded')).toBe('false')
    await strong.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => lines().count()).toBe(6)
    expect(await strong.getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => lines().count()).toBe(3)
    await page.getByRole('button', { name: 'All but seed' }).click()
    await expectCount(/^7 runs$/)
  })

  it('chooses a range by keyboard and tags it', async () => {
    await lines().nth(1).focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('3 runs selected').waitFor()
    await page.keyboard.press('t')
    await page.getByRole('textbox', { name: 'Tag' }).fill('paper')
    await page.keyboard.press('Enter')
    await page.getByText('Tagged 3 runs “paper”.').waitFor()
    await filter().fill('tag:paper')
    await expectCount(/^3 runs$/)
    expect(await textsOf('Tags')).toEqual(['paper', 'paper', 'paper'])
    await filter().fill('')
    await expectCount(/^7 runs$/)
  })

  it('keeps a note, and lets no markup through', async () => {
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await lines().nth(2).focus()
    await page.keyboard.press('n')
    const note = page.getByRole('complementary', { name: /Note on/ })
    await note.getByRole('textbox').fill('**Kept** <img src=x onerror=alert(1)> [p](https://arxiv.org/abs/2404.06106)')
    await page.keyboard.press('Control+Enter')
    await page.getByText(/^Changed the note on r-/).waitFor()
    expect(await note.locator('strong').innerText()).toBe('Kept')
    expect(await note.locator('img').count()).toBe(0)
    expect(await note.getByRole('link').getAttribute('href')).toBe('https://arxiv.org/abs/2404.06106')
    await filter().fill('note ~ kept')
    await expectCount(/^1 run$/)
    await filter().fill('')
    await note.getByRole('button', { name: 'Close the note' }).click()
  })

  it('shows any reading as a column, remembers layouts by name, and gives the chosen rows as CSV', async () => {
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('textbox', { name: 'Find a column' }).fill('loss')
    await page
      .getByRole('button', { name: 'Loss (L), min' })
      .or(page.getByRole('button', { name: /^Loss.*, min$/ }))
      .first()
      .click()
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'Loss, min' }).waitFor()
    await page.getByRole('button', { name: 'Layout' }).click()
    await page.getByRole('textbox', { name: 'Name of the layout' }).fill('with min')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Usual table' }).click()
    await expect.poll(() => page.getByRole('columnheader', { name: 'Loss, min' }).count()).toBe(0)
    await page.reload()
    await page.getByRole('button', { name: 'Layout' }).click()
    await page.getByRole('button', { name: 'with min', exact: true }).click()
    await page.getByRole('columnheader', { name: 'Loss, min' }).waitFor()

    await page.getByRole('checkbox', { name: 'Select every run' }).click()
    await page.getByText('7 runs selected').waitFor()
    await page.getByRole('button', { name: 'Export the selected runs' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: /CSV/ }).click()
    const table = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n')
    expect(table[0]).toMatch(/^id,name,status,verdict,system,loss,.*min\(loss\)/)
    expect(table).toHaveLength(8)
  })

  it('bins what is chosen, takes that back, and restores from the bin', async () => {
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Select too fast' }).click()
    await page.getByRole('button', { name: 'Move to bin' }).click()
    await expectCount(/^6 runs$/)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await expectCount(/^7 runs$/)
    await page.locator('tr[data-index]', { hasText: 'too fast' }).focus()
    await page.keyboard.press('Delete')
    await expectCount(/^6 runs$/)
    await page.getByText('Bin', { exact: true }).click()
    await expectCount(/^1 run$/)
    await page.getByRole('checkbox', { name: 'Select too fast' }).click()
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByText('The bin is empty.').waitFor()
    await page.getByText('Runs', { exact: true }).last().click()
    await expectCount(/^7 runs$/)
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in the %s theme', async (colorScheme) => {
    // Without motion: a colour on its way from one theme to the other has no contrast worth measuring.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const found: Record<string, string[]> = { table: await seriousViolations(page) }
    await page.getByRole('checkbox', { name: 'Select too fast' }).click()
    found['selection'] = await seriousViolations(page)
    await page.getByRole('checkbox', { name: 'Select too fast' }).click()
    await filter().fill('lamda = 1')
    await page.getByText('Did you mean').waitFor()
    found['error'] = await seriousViolations(page)
    await filter().fill('')
    await page.getByRole('button', { name: 'All but seed' }).click()
    await expectCount(/groups$/)
    found['groups'] = await seriousViolations(page)
    await page.getByRole('button', { name: 'All but seed' }).click()
    for (const menu of ['Columns', 'Build', 'Layout', 'Group by']) {
      await page.getByRole('button', { name: menu }).click()
      found[menu] = await seriousViolations(page)
      await page.keyboard.press('Escape')
    }
    expect(Object.entries(found).filter(([, violations]) => violations.length > 0)).toEqual([])
  })

  it('broke no rule of the content policy and threw nothing', () => {
    expect(workbench.problems).toEqual([])
  })
})
