import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '#main/cli/findChromium'
import { writeNpy } from '#main/bundle/npy'
import { random } from '#main/compute/rng/random'
import { seriousViolations } from '../renderer/helpers/axe'
import { launchChromium } from '../renderer/helpers/workbenchPages'
import { collapsar, startHost, type RunningHost } from './helpers/startHost'

const chromium = chromiumPath(process.env)
if (!chromium) console.warn('SKIPPED: analyses in a browser. Install chromium or set CHROMIUM_PATH.')

/** Theory note 01, C5, with states kept on the way. */
const spec = {
  system: 'deep-ufm',
  name: 'collapsing',
  params: { K: 3, n: 5, width: 10, depth: 3, weightDecay: 5e-3, learningRate: 0.5, steps: 6000 },
  probes: ['loss'],
  checkpoints: { steps: [0, 100, 400, 1000] },
}

describe.skipIf(!chromium)('analyses in the workbench', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let folder: string
  const problems: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'collapsar-analyses-'))
    const file = join(folder, 'spec.json')
    await writeFile(file, JSON.stringify(spec))
    const matrix = Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 7)
    await writeFile(join(folder, 'given.npy'), writeNpy({ dtype: 'float64', shape: [3, 3] }, matrix))
    await writeFile(join(folder, 'noise.npy'), writeNpy({ dtype: 'float64', shape: [900, 900] }, noise(900)))
    await writeFile(
      join(folder, 'skew.npy'),
      writeNpy({ dtype: 'float64', shape: [2, 2] }, Float64Array.of(1, 2, 3, 4)),
    )
    host = await startHost((project) => collapsar(project, ['run', '--spec', file]))
    browser = await launchChromium()
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(host.address)
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('link', { name: 'collapsing' }).first().click()
    await page.getByRole('tab', { name: 'Analyses' }).click()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await host.close()
    await rm(folder, { recursive: true })
  })
  const form = () => page.getByRole('form', { name: 'New analysis' })
  const spectrum = () => page.getByRole('region', { name: /^Spectrum: / })
  const analyse = () => form().getByRole('button', { name: 'Analyse', exact: true }).click()

  it('labels the outliers of a layer by classes and pairs, beside what theory says of them', async () => {
    await form().getByLabel('Matrix', { exact: true }).selectOption('layerHessian')
    await form().getByLabel('Layer', { exact: true }).selectOption('2')
    await analyse()
    await spectrum().getByText('9 × 0.21537, predicted 0.2153700722').waitFor()
    const classes = spectrum().getByRole('region', { name: 'Outliers and their classes' })
    await expect.poll(() => classes.innerText()).toContain('all 3 classes, all 6 pairs')
    // The rule is changed afterwards, from what is stored.
    await spectrum().getByLabel('Outliers by').selectOption({ label: 'a threshold by hand' })
    await spectrum().getByLabel('Threshold').fill('1')
    await spectrum().getByText('0 outliers', { exact: true }).waitFor()
    await spectrum().getByLabel('Outliers by').selectOption('theory')
    await spectrum().getByText('9 outliers', { exact: true }).waitFor()
  })

  it('keeps the chosen rule with the analysis, and the analysis in the address', async () => {
    await spectrum().getByLabel('Outliers by').selectOption('logRatio')
    await page.waitForTimeout(1000)
    await page.reload()
    await expect.poll(() => spectrum().getByLabel('Outliers by').inputValue(), { timeout: 20_000 }).toBe('logRatio')
    await spectrum()
      .getByText(/91 eigenvalues, 9 outliers left out, from all eigenvalues/)
      .waitFor()
    await spectrum()
      .getByText(/residual ≤ .*, orthogonal to /)
      .waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await spectrum().getByLabel('Outliers by').selectOption('theory')
    await form().getByLabel('Matrix', { exact: true }).selectOption('layerHessian')
    await form().getByLabel('Layer', { exact: true }).selectOption('2')
  })

  it('shows an eigenvector in the shape of its matrix, and all of them along the class means', async () => {
    const vector = page.getByRole('region', { name: 'Eigenvector', exact: true })
    await vector.getByText(/100 % of its length² is here/).waitFor()
    await vector.getByLabel('Eigenvector', { exact: true }).selectOption({ index: 3 })
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export Eigenvectors along class means' }).click()
    await page.getByRole('menuitem', { name: /CSV/ }).click()
    const table = await readFile(await (await download).path(), 'utf8')
    expect(table).toMatch(/^eigenvector,eigenvalue,class 1,1 ⊗ 2,/)
    expect(table.trim().split('\r\n')).toHaveLength(10)
    expect(await seriousViolations(page)).toEqual([])
  })

  it('queues every stored step and follows the outliers through them', async () => {
    await form().getByLabel('Step', { exact: true }).selectOption('every')
    await analyse()
    const tracks = page.getByRole('region', { name: 'Outliers over steps' })
    await tracks.getByText(/9 directions|1\d directions/).waitFor()
    await expect
      .poll(() => tracks.locator('.readout').innerText(), { timeout: 30_000 })
      .toMatch(/overlap with the step before: .* at 6000/)
    const list = page.getByRole('region', { name: 'Analyses of this run' })
    const done = list.getByText(/step \d+, layer 2, auto, eigenvectors, done/)
    await expect.poll(() => done.count(), { timeout: 30_000 }).toBe(5)
    expect(await seriousViolations(page)).toEqual([])
  })

  it('takes a symmetric matrix from a file, and says what is wrong with one that is not', async () => {
    await form().getByText('a matrix from a file').click()
    await form().getByLabel('Symmetric matrix, NPY').setInputFiles(join(folder, 'given.npy'))
    await analyse()
    await page
      .getByRole('region', { name: 'Spectrum: given.npy' })
      .getByText(/all 3, dense/)
      .waitFor()
    await form().getByLabel('Symmetric matrix, NPY').setInputFiles(join(folder, 'skew.npy'))
    await analyse()
    const files = page.getByRole('region', { name: 'Matrices from files' })
    await files.getByText(/not symmetric/).waitFor()
    expect(await seriousViolations(page)).toEqual([])
  })

  it('goes on with a matrix whose analysis was stopped, once its file is chosen again', async () => {
    await form().getByText('Lanczos', { exact: true }).click()
    await form().getByLabel('How many eigenvalues').fill('300')
    await form().getByLabel('Symmetric matrix, NPY').setInputFiles(join(folder, 'noise.npy'))
    await analyse()
    const files = page.getByRole('region', { name: 'Matrices from files' })
    await files.getByRole('button', { name: 'Cancel' }).click()
    const again = files.getByLabel('Go on with noise.npy, chosen again')
    await again.setInputFiles(join(folder, 'given.npy'))
    await page.getByText(/is not the matrix that analysis \d+ of noise\.npy began with/).waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await again.setInputFiles(join(folder, 'noise.npy'))
    await page
      .getByRole('region', { name: 'Spectrum: noise.npy' })
      .getByText(/largest 300 of 900, lanczos/)
      .waitFor({ timeout: 60_000 })
    expect(await again.count()).toBe(0)
  })

  it('logged no error', () => {
    expect(problems).toEqual([])
  })
})

/** A symmetric matrix without structure, whose inner eigenvalues take many products. */
function noise(n: number): Float64Array {
  const values = random(1, 'noise').normal(n * n)
  return values.map((x, at) => x + values[(at % n) * n + Math.floor(at / n)]!)
}
