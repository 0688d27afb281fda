import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { launchChromium } from '../renderer/helpers/workbenchPages'
import { lookAt, remainsOf } from './helpers/remains'
import { collapsar, startHost, type RunningHost } from './helpers/startHost'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: a pause of a run that trains. Install chromium or set CHROMIUM_PATH.')

const trainingMs = 120_000
/** Some seconds of training. */
const spec = {
  system: 'deep-ufm',
  params: { K: 3, n: 4, width: 8, depth: 3, steps: 1_000_000 },
  probes: ['loss', 'gradientNorm', 'singularValues'],
  checkpoints: { steps: [1000] },
}

describe.skipIf(!chromium)('a run that trains', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let project = ''

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'collapsar-pause-'))
    const file = join(folder, 'spec.json')
    writeFileSync(file, JSON.stringify(spec))
    host = await startHost((path) => {
      project = path
      // Left alone, to compare with.
      return collapsar(path, ['run', '--spec', file])
    })
    rmSync(folder, { recursive: true })
    browser = await launchChromium()
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(host.address)
    // Until the window is up, it chooses its first place itself.
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
  }, trainingMs)
  afterAll(async () => {
    await browser.close()
    await host.close()
  })

  const idsOf = () => lookAt(project, ({ runs }) => runs.ids())
  const open = (id: string) => page.evaluate(`location.hash = '#/runs/${id}'`)
  const state = (word: string) => page.locator('header .state', { hasText: word })

  it(
    'is paused from its page with its state stored, says so in the queue, and goes on to the same bits',
    async () => {
      const [calm] = idsOf()
      await open(calm!)
      await page.getByRole('button', { name: 'Repeat' }).click()
      await expect.poll(() => idsOf().length).toBe(2)
      const id = idsOf()[1]!
      await open(id)
      await state('running').waitFor({ timeout: trainingMs })
      await expect
        .poll(() => lookAt(project, ({ runs }) => runs.get(id).step), { timeout: trainingMs })
        .toBeGreaterThan(1000)
      await page.getByRole('button', { name: 'Pause', exact: true }).click()
      await state('paused').waitFor({ timeout: trainingMs })
      const { step, last } = lookAt(project, ({ runs, checkpoints }) => ({
        step: runs.get(id).step,
        last: checkpoints.lastStep(id),
      }))
      expect(step).toBeLessThan(spec.params.steps)
      expect(last).toBe(step)

      await page.getByRole('link', { name: 'Queue' }).click()
      const row = page.getByRole('group', { name: 'Waiting' }).locator('.queue-row')
      await row.getByText('paused').waitFor()
      await page.waitForTimeout(1000)
      expect(lookAt(project, ({ runs }) => runs.get(id))).toMatchObject({ status: 'pending', step })
      await row.getByRole('button', { name: 'Go on' }).click()
      await expect
        .poll(() => lookAt(project, ({ runs }) => runs.get(id).status), { timeout: trainingMs })
        .toBe('completed')
      expect(lookAt(project, (found) => remainsOf(found, id))).toEqual(
        lookAt(project, (found) => remainsOf(found, calm!)),
      )
      const messages = lookAt(project, ({ log }) => log.of(id).map(({ message }) => message))
      expect(messages).toContain(`Paused at step ${step}; its state is stored.`)
      expect(messages).toContain(`Resumed at step ${step}.`)
    },
    3 * trainingMs,
  )
})
