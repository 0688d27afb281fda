import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { z } from 'zod'
import { chromiumPath } from '../src/main/cli/findChromium'
import { installationAt } from '../src/main/host/installation'
import { dataFolder } from '../src/main/host/openService'
import { folderResources } from '../src/main/jobs/folderResources'
import { probes } from '../src/main/probes/registry'
import { systems } from '../src/main/systems/registry'
import { median, type Benchmark, type BenchOptions } from './benchmark'
import { fillProject, queueLongRuns, type ProjectSize } from './manyRuns'
import pageScript from './workbenchPage.js?raw'
import { inTemporaryFolder } from './temporaryFolder'

const SIZE: ProjectSize = { runs: 10_000, params: 30, series: 8, points: 50 }
const ROUNDS = 7
const JOBS = 4
/** Each ends with a blank: the line is finished, and the table does not wait for more of a word. */
const FILTERS = [
  'system=deep-ufm and p3 in (1,4) and p7<0.005 ',
  'min(loss)<0.37 and nc1[2]>0.4 or status:diverged ',
  '"setting 12" ',
  'not p12=4 and age>1d and seed=2 ',
  'loss@20 < 0.68 ',
]
/** px a frame: a slow wheel, a fast one, and the thumb of the scroll bar dragged. */
const SPEEDS = [14, 56, 560]

const timing = z.object({ painted: z.number(), answer: z.number() })
const scrolling = z.object({ frames: z.number(), missing: z.number(), longest: z.number(), rowsPerSecond: z.number() })
const announcement = z.object({ address: z.url() })

/** The Runs place with ten thousand runs in real Chromium, through the real loopback host. */
export const workbench: Benchmark = {
  name: 'workbench',
  summary: 'the Runs place with 10 000 runs in real Chromium: start, first page, filter, scrolling, typing beside jobs',
  async run(options) {
    const executablePath = chromiumPath(process.env)
    if (!executablePath) return options.say('Chromium is missing. Install it, or name one in CHROMIUM_PATH.')
    const { chromium } = await playwright()
    await inTemporaryFolder(async (folder) => {
      const project = join(folder, 'many.clps')
      const browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
      })
      try {
        const started = performance.now()
        fillProject(project, SIZE)
        emit(options, 'project of that size made, ms', performance.now() - started)
        emit(options, 'project file, MB', statSync(project).size / 1e6)
        await measureAlone(project, browser, options)
        await measureBesideJobs(project, browser, options)
      } finally {
        await browser.close()
      }
    })
  },
}

/** Outside the bundle: it is a development dependency that looks for its own files beside itself. */
function playwright(): Promise<typeof import('playwright-core')> {
  const manifest = createRequire(import.meta.url).resolve('playwright-core/package.json')
  return import(new URL('index.mjs', pathToFileURL(manifest)).href)
}

function emit({ emit: print }: BenchOptions, metric: string, value: number): void {
  print({ bench: 'workbench', case: { ...SIZE }, metric, value })
}

async function measureAlone(project: string, browser: Browser, options: BenchOptions): Promise<void> {
  const started = performance.now()
  await served(project, async (address) => {
    emit(options, 'cold start of the service, ms', performance.now() - started)
    await measureTable(await openRuns(browser, address), started, options)
  })
}

async function measureTable(page: Page, started: number, options: BenchOptions): Promise<void> {
  emit(options, 'cold start to the first rows, ms', performance.now() - started)

  const opened: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await page.getByRole('link', { name: 'Library' }).click()
    await page.locator('article').first().waitFor()
    opened.push(await page.evaluate<number>('bench.openRuns()'))
  }
  emit(options, 'Runs opened to the first rows, ms', median(opened))
  const answers = z.array(z.object({ method: z.string(), ms: z.number() })).parse(await page.evaluate('bench.answers'))
  const pages = answers.filter(({ method }) => method === 'runs.query').map(({ ms }) => ms)
  emit(options, 'first page (200 rows), request to answer, ms', median(pages))

  for (const line of FILTERS) await measureFilter(page, line, 'runs.query', `filter ${line.trim()}`, options)
  await page.evaluate("bench.filter('', 'runs.query')")
  for (const speed of SPEEDS) {
    const result = scrolling.parse(await page.evaluate(`bench.scroll(${speed}, 4)`))
    const at = `at ${Math.round(result.rowsPerSecond)} rows/s`
    emit(options, `scrolling ${at}: frames`, result.frames)
    emit(options, `scrolling ${at}: frames with a blank row`, result.missing)
    emit(options, `scrolling ${at}: longest frame, ms`, result.longest)
  }
  emit(options, 'jump to the last row, ms', await page.evaluate<number>('bench.jump()'))
  await page.getByRole('button', { name: 'All but seed' }).click()
  await page.getByText(/^\d+ groups$/).waitFor()
  await measureFilter(page, FILTERS[0] ?? '', 'runs.groups', 'filtered groups of all but seed', options)
  await page.close()
}

async function measureFilter(page: Page, line: string, method: string, what: string, options: BenchOptions) {
  const rounds: z.output<typeof timing>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // Another line between, so that every round asks anew.
    await page.evaluate(`bench.filter(${JSON.stringify(`seed < ${100 + round} `)}, ${JSON.stringify(method)})`)
    rounds.push(timing.parse(await page.evaluate(`bench.filter(${JSON.stringify(line)}, ${JSON.stringify(method)})`)))
  }
  emit(options, `${what}: the first time, ms`, rounds[0]?.answer ?? NaN)
  emit(options, `${what}: request to answer, ms`, median(rounds.map(({ answer }) => answer)))
  emit(options, `${what}: last key to new rows, ms`, median(rounds.map(({ painted }) => painted)))
}

async function measureBesideJobs(project: string, browser: Browser, options: BenchOptions): Promise<void> {
  const installation = installationAt(import.meta.dirname)
  queueLongRuns(project, JOBS, { systems, probes, resources: folderResources(dataFolder(installation)) })
  await served(project, async (address) => measureKeys(await openRuns(browser, address), options))
}

async function measureKeys(page: Page, options: BenchOptions): Promise<void> {
  const running = page.locator('tr[data-index]', { hasText: 'running' })
  await running.nth(JOBS - 1).waitFor()
  await page.evaluate('bench.watchKeys()')
  await page.getByRole('combobox', { name: 'Filter' }).click()
  for (const line of FILTERS) {
    await page.keyboard.type(line, { delay: 60 })
    await page.keyboard.press('Control+a')
  }
  await page.waitForTimeout(500)
  const slow = z.array(z.number()).parse(await page.evaluate('bench.keys'))
  const pressed = await page.evaluate<number>('bench.pressed()')
  emit(options, `keys typed while ${JOBS} jobs run`, pressed)
  for (const limit of [16, 50, 100]) {
    emit(options, `keys painted later than ${limit} ms`, slow.filter((duration) => duration > limit).length)
  }
  emit(options, 'longest from key to paint, ms', Math.max(0, ...slow))
  await page.close()
}

async function openRuns(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.addInitScript(pageScript)
  await page.goto(address)
  await page.evaluate('bench.openRuns()')
  return page
}

/** Measures beside the built service in a process of its own, as `collapsar serve` starts it. */
async function served(project: string, measure: (address: string) => Promise<void>): Promise<void> {
  const entry = join(import.meta.dirname, 'cli.js')
  const args = [entry, 'serve', '--port', '0', '--json', '--slots', String(JOBS), '--project', project]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  try {
    const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line')
    await measure(announcement.parse(JSON.parse(String(line))).address)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}
