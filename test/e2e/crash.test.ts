import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { seriousViolations } from '../renderer/helpers/axe'
import { openWorkbench, type OpenWorkbench } from './helpers/openWorkbench'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: crashes of page and service. Install chromium or set CHROMIUM_PATH.')

function goTo(page: Page, place: string): Promise<void> {
  return page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click()
}
async function openSmallPreset(page: Page): Promise<void> {
  const card = page.getByRole('article', { name: /unconstrained feature model/i })
  await card.getByRole('button', { name: /^Small/ }).click()
}

describe.skipIf(!chromium)('a crash of the page', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench()
    page = workbench.page
  })
  afterAll(async () => {
    await workbench.close()
  })
  const width = () => page.getByRole('textbox', { name: 'Width', exact: true })

  /** Its process dies without a word to it; then the same person opens it again, whom the service knows by now. */
  async function crash(): Promise<void> {
    const context = page.context()
    const session = await context.newCDPSession(page)
    const crashed = page.waitForEvent('crash')
    void session.send('Page.crash').catch(() => {}) // nobody is left to answer
    await crashed
    await page.close()
    page = await context.newPage()
    await page.goto(new URL(workbench.host.address).origin)
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
  }

  it('loses neither the place nor the draft', async () => {
    await openSmallPreset(page)
    await width().fill('12, 24')
    await page.getByRole('button', { name: 'Start 2 runs' }).waitFor()
    await crash()
    await page.waitForURL(/#\/design/)
    expect(await width().inputValue()).toBe('12, 24')
    expect(await page.getByText('Safe mode').count()).toBe(0)
  })

  it('that comes twice while it starts leaves what was kept alone, and gives it back on demand', async () => {
    // Whatever it restores may be what made it fail.
    await crash()
    await crash()
    await page.getByText('Safe mode').waitFor()
    await goTo(page, 'Design')
    expect(await width().count()).toBe(0)
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Restore them' }).click()
    await page.waitForURL(/#\/design/)
    expect(await width().inputValue()).toBe('12, 24')
    expect(await page.getByText('Safe mode').count()).toBe(0)
  })
})

describe.skipIf(!chromium)('a service that is killed each time it starts', () => {
  let workbench: OpenWorkbench
  let page: Page

  beforeAll(async () => {
    workbench = await openWorkbench()
    page = workbench.page
    // On a slow machine the first of these starts may already have counted as one that went well.
    for (let kill = 0; kill < 3; kill++) {
      await workbench.host.kill()
      await workbench.restart()
    }
  }, 60_000)
  afterAll(async () => {
    await workbench.close()
  })

  it('comes up with the queue paused and says so until somebody lets it go', async () => {
    const banner = page.getByRole('status').filter({ hasText: 'The service ended twice while it started' })
    await banner.waitFor()
    await goTo(page, 'Library')
    await openSmallPreset(page)
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('50')
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('after the kills')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('group', { name: 'Waiting' }).getByText('after the kills').waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await banner.getByRole('button', { name: 'Resume the queue' }).click()
    await page.getByRole('group', { name: 'Ended lately' }).getByText('after the kills').waitFor({ timeout: 60_000 })
    expect(await banner.count()).toBe(0)
  })
})
