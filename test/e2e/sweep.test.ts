import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'
import type { RunningHost } from './helpers/startHost'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: a sweep against the real service. Install chromium or set CHROMIUM_PATH.')

const trainingMs = 90_000

/** Worker processes of the service, by their place in the table of processes. */
function workersOf(host: RunningHost): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [, pid = '', parent = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(parent) === host.pid && /worker\.js/.test(args) ? [Number(pid)] : []
  })
}

describe.skipIf(!chromium)('a sweep of 2 × 3 settings and 4 seeds', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench()
    page = workbench.page
  })
  afterAll(async () => {
    await workbench.close()
  })
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  const group = (name: string) => page.getByRole('group', { name, exact: true })
  const row = () => page.locator('.sweep', { hasText: 'two by three' })
  const loss = () =>
    page
      .getByRole('region', { name: /^Loss over step/ })
      .locator('.subtitle')
      .innerText()
  const counts = async () => {
    const [, done, of] = /(\d+)\/(\d+) runs/.exec(await row().innerText()) ?? []
    return { done: Number(done), of: Number(of) }
  }

  it('is designed by typing, with its count, first runs, cost and theory beside it', async () => {
    const card = page.getByRole('article', { name: /unconstrained feature model/i })
    await card.getByRole('button', { name: /^Small/ }).click()
    await field('Steps').fill('40000')
    await page
      .getByLabel('None', { exact: true })
      .or(page.getByRole('button', { name: 'None', exact: true }))
      .click()
    await page.getByRole('checkbox', { name: 'Loss', exact: true }).check()
    await page.locator('form').getByText('Weight decay', { exact: true }).waitFor()
    await field('Weight decay').fill('1e-3..1e-2 log 3')
    await field('Width').fill('8, 40')
    await field('Seed').fill('0..3')
    await field('Name of the run').fill('two by three')
    await page.getByRole('button', { name: 'Start 24 runs' }).waitFor()
    const rows = page.getByRole('region', { name: 'First runs' })
    await rows.getByText('all 24').waitFor()
    expect(await rows.getByRole('row').count()).toBe(25)
    await page.getByRole('combobox', { name: 'Theory over' }).selectOption({ label: 'Weight decay' })
    const gain = page.getByRole('region', { name: 'Gain of the collapsed solution' })
    await gain.getByRole('img').waitFor()
    expect(await page.locator('.facts').innerText()).toMatch(/Runs\s+24[\s\S]*Time[\s\S]*Storage/)
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in Design, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await seriousViolations(page)).toEqual([])
  })

  it('starts, and stands still while the queue is paused', async () => {
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/#\/queue/)
    await group('Running').getByText('two by three').waitFor({ timeout: trainingMs })
    await page.getByRole('button', { name: 'Pause the queue' }).click()
    await page.getByText('The queue is paused').waitFor()
    // What trains comes to rest; nothing is started.
    await group('Waiting').getByText('two by three').waitFor({ timeout: trainingMs })
    const paused = await counts()
    expect(paused.of).toBe(24)
    expect(paused.done).toBeLessThan(24)
    await expect.poll(() => workersOf(workbench.host), { timeout: trainingMs }).toEqual([])
    await page.waitForTimeout(1500)
    expect(await counts()).toEqual(paused)
    expect(workersOf(workbench.host)).toEqual([])
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in Queue, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const opener = row().getByRole('button', { name: /^Show the runs/ })
    if ((await opener.getAttribute('aria-expanded')) === 'false') await opener.click()
    await page
      .getByRole('link', { name: /seed 3/ })
      .first()
      .waitFor()
    expect(await seriousViolations(page)).toEqual([])
  })

  it('goes on after a worker was killed, and every run ends well', async () => {
    await page.getByRole('button', { name: 'Resume the queue' }).click()
    await expect.poll(() => workersOf(workbench.host).length, { timeout: trainingMs, interval: 50 }).toBeGreaterThan(0)
    for (const pid of workersOf(workbench.host).slice(0, 1)) process.kill(pid, 'SIGKILL')
    // A run that was paused has a state and goes on from it by itself; one that had none yet is queued again by hand.
    const retry = row().getByRole('button', { name: /^Retry \d+ failed/ })
    const doneOrRetried = async () => {
      if (await retry.isVisible()) await retry.click()
      return (await counts()).done
    }
    await expect.poll(doneOrRetried, { timeout: trainingMs }).toBe(24)
    await group('Ended lately').getByText('two by three').waitFor()
    expect(await row().innerText()).toMatch(/completed/)
    expect(await row().innerText()).not.toMatch(/failed|interrupted|diverged/)
    expect(workersOf(workbench.host)).toEqual([])
  })

  it('is cloned into Design, where only what is changed shows', async () => {
    await row().getByRole('button', { name: /Clone/ }).click()
    await page.getByText('As two by three: nothing is changed yet.').waitFor()
    await field('Seed').fill('0..1')
    const change = page.getByRole('region', { name: 'Changed from two by three' }).getByRole('row')
    await expect.poll(() => change.allInnerTexts()).toEqual([expect.anything(), expect.stringMatching(/Seed/)])
  })

  it('is grouped by everything but the seed in Runs, and compared from there', async () => {
    await workbench.goTo('Runs')
    await page.getByRole('combobox', { name: 'Filter' }).fill('name="two by three"')
    await expect.poll(() => page.locator('.counted').innerText()).toMatch(/^24 runs$/)
    await page.getByRole('button', { name: 'All but seed' }).click()
    await expect.poll(() => page.locator('.counted').innerText()).toMatch(/^6 groups$/)
    expect(await page.getByRole('row', { name: /4 runs two by three/ }).count()).toBe(6)
    await page.getByRole('checkbox', { name: 'Select every run' }).click()
    await page.getByText('24 runs selected').waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.waitForURL(/#\/compare/)
    const groups = page.getByRole('list', { name: 'Groups' })
    await expect.poll(async () => (await groups.innerText()).match(/×4/g)?.length).toBe(6)
    await expect.poll(loss).toBe('mean ± standard deviation, n = 4')
  })

  it('is saved as a comparison that reopens as it was', async () => {
    await page.getByRole('textbox', { name: 'Name of the comparison' }).fill('six settings')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('saved as “six settings”', { exact: true }).waitFor()
    // Another window, which has kept nothing.
    await page.evaluate('localStorage.clear()')
    await page.reload()
    await workbench.goTo('Compare')
    await page.getByRole('button', { name: 'Choose runs', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('menuitem', { name: /six settings/ }).click()
    await expect.poll(loss).toBe('mean ± standard deviation, n = 4')
  })

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in Compare, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await seriousViolations(page)).toEqual([])
  })

  it('broke no rule of the content policy and threw nothing', () => {
    expect(workbench.problems).toEqual([])
  })
})
