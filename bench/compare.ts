import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { emptyComparison, type Comparison, type Panel } from '#shared/comparison'
import { isRunId, type RunId } from '#shared/ids'
import { parseRunSpec } from '#shared/spec'
import { chromiumPath } from '#main/cli/findChromium'
import { systemClock } from '#main/store/clock'
import { openProject } from '#main/store/openProject'
import { median, type Benchmark } from './benchmark'
import { inTemporaryFolder } from './temporaryFolder'

const RUNS = 100
const ROUNDS = 5
const POINTS = [100, 5000]

/** How long Compare takes from its address to 100 drawn curves, and to draw them anew, in real Chromium. */
export const compare: Benchmark = {
  name: 'compare',
  summary: '100 curves in Compare: opened and drawn, drawn again',
  async run({ emit, say }) {
    const executablePath = chromiumPath(process.env)
    if (!executablePath) {
      say('compare: no Chromium found. Install the package chromium, or name one in CHROMIUM_PATH.')
      return
    }
    for (const points of POINTS) {
      for (const grouping of ['run', 'allButSeed'] as const) {
        await inTemporaryFolder(async (folder) => {
          const project = join(folder, 'project.clps')
          const runIds = fill(project, points)
          const times = await measure(project, { ...comparison, runIds, grouping: { by: grouping } }, executablePath)
          const one = { runs: RUNS, points, grouping }
          for (const [what, measured] of [
            ['opened and drawn', times.opened],
            ['drawn again', times.redrawn],
          ] as const) {
            const [wall, own] = [measured.map(({ ms }) => ms), measured.map(({ ownMs }) => ownMs)]
            emit({ bench: 'compare', case: one, metric: `${what}, ms`, value: median(wall) })
            emit({ bench: 'compare', case: one, metric: `${what}: processor time of the page, ms`, value: median(own) })
          }
        })
      }
    }
  },
}

const panel: Panel = {
  kind: 'curves',
  id: 'curves',
  width: 2,
  height: 2,
  metric: { quantity: 'loss', layer: null },
  x: null,
  xScale: 'log',
  yScale: 'log',
  spread: { kind: 'std', coverage: 0.9 },
  showRuns: false,
  smoothing: 0,
  smoothExports: false,
}
const comparison: Comparison = { ...emptyComparison, panels: [panel] }

/** Runs of ten settings and ten seeds with a noisy loss each. */
function fill(path: string, points: number): RunId[] {
  const project = openProject(path, { clock: systemClock })
  const ids = Array.from({ length: RUNS }, (_, i) => {
    const id = `r-${String(i).padStart(10, '0')}`
    if (!isRunId(id)) throw new Error(`${id} is no run id`)
    const spec = parseRunSpec({
      system: 'deep-ufm',
      params: { weightDecay: (i % 10) / 1000 },
      seed: Math.floor(i / 10),
    })
    const base = {
      label: 'loss',
      symbol: 'L',
      unit: '',
      help: '',
      formula: '',
      source: '',
      scale: 'log',
      perLayer: false,
    } as const
    const quantities = [{ ...base, id: 'loss', kind: 'scalar' } as const]
    project.runs.enqueue({ id, spec, quantities, steps: points, flopsPerStep: 1, createdAt: i })
    project.runs.end(id, { status: 'completed', step: points, error: null, at: i })
    const records = Array.from({ length: points }, (_step, step) => ({
      quantity: 'loss',
      layer: null,
      step,
      shape: [],
      data: Float64Array.of((i + 1) / (step + 10) + 0.01 * Math.abs(Math.sin(step * 12.9898 + i))),
      meta: null,
    }))
    project.records.append(id, records)
    return id
  })
  project.close()
  return ids
}

interface Measured {
  readonly ms: number
  readonly ownMs: number
}

async function measure(project: string, shown: Comparison, executablePath: string) {
  // Asked for at run time: an import would make the bundler take all of it in.
  const { chromium }: typeof import('playwright-core') = createRequire(import.meta.url)('playwright-core')
  const entry = join(import.meta.dirname, 'cli.js')
  const host = spawn(process.execPath, [entry, 'serve', '--port', '0', '--json', '--project', project], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line]: unknown[] = await once(createInterface({ input: host.stdout }), 'line')
  const { address }: { address: string } = JSON.parse(String(line))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
    await page.goto(address)
    await page.getByRole('article').first().waitFor()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
    /** Of the page's own thread: what does not depend on what else the machine does. */
    const ownSeconds = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN
    }
    const timedIn = async (script: string) => {
      const before = await ownSeconds()
      const ms = await page.evaluate<number>(script)
      return { ms, ownMs: 1000 * ((await ownSeconds()) - before) }
    }
    const opened: Measured[] = []
    const redrawn: Measured[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const work = { name: null, comparison: shown, saved: null }
      await page.evaluate(`localStorage.setItem('collapsar.comparison', ${JSON.stringify(JSON.stringify(work))})`)
      await page.evaluate(`location.hash = '#/library'`)
      await page.reload()
      await page.getByRole('article').first().waitFor()
      opened.push(await timedIn(`(${timed})(() => { location.hash = '#/compare' }, null)`))
      await page.getByRole('button', { name: /^Adjust/ }).click()
      await page.getByRole('combobox', { name: 'Scale of the y axis' }).waitFor()
      const change = `() => {
        const select = document.querySelector('select[aria-label="Scale of the y axis"]')
        select.value = select.options[0].value
        select.selectedIndex = 0
        select.dispatchEvent(new Event('change', { bubbles: true }))
      }`
      redrawn.push(await timedIn(`(${timed})(${change}, document.querySelector('canvas'))`))
    }
    return { opened, redrawn }
  } finally {
    await browser.close()
    host.kill('SIGINT')
    await once(host, 'exit')
  }
}

/**
 * Runs in the page: milliseconds from an act until the canvas shows another picture than before and a frame has passed.
 * Three columns of pixels are read back each time it is looked at, which makes the browser finish the picture.
 */
const timed = `async (act, before) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const seenIn = (canvas) => {
    if (!canvas || canvas.width === 0) return { picture: null, colours: 0 }
    const pen = canvas.getContext('2d')
    const strips = [0.3, 0.5, 0.7].map((part) => {
      const { data } = pen.getImageData(Math.floor(canvas.width * part), 0, 1, canvas.height)
      return new Uint32Array(data.buffer)
    })
    return { picture: strips.join(), colours: new Set(strips.flatMap((strip) => [...strip])).size }
  }
  const old = seenIn(before).picture
  const start = performance.now()
  act()
  for (;;) {
    await frame()
    const { picture, colours } = seenIn(document.querySelector('canvas'))
    // Axes alone have few colours; the curves have one each.
    if (colours > 20 && picture !== old) break
    if (performance.now() - start > 30000) throw new Error('nothing was drawn within 30 s')
  }
  await frame()
  return performance.now() - start
}`
