/**
 * `node scripts/screenshots.mjs [FOLDER]`: the pictures of the README, from a run that is trained for them.
 * With a folder, every place is drawn there, light and dark, at two sizes of the window: to be looked at.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bundledNode, note, prepare, root, runScript, SetupError } from './setup.mjs'

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1100, height: 720 },
]
/** The charts of a place are drawn by then. */
const SETTLED_MS = 1500

await runScript(async ([folder]) => {
  await prepare()
  const { chromium } = await import('playwright-core')
  const executablePath = process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path))
  if (!executablePath)
    throw new SetupError('No Chromium found. Install the package chromium, or name one in CHROMIUM_PATH.')
  const work = mkdtempSync(join(tmpdir(), 'collapsar-screenshots-'))
  const project = join(work, 'project.clps')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  let host = null
  try {
    train(project, folder === undefined)
    host = await serve(project)
    if (folder === undefined) await drawReadme(browser, host, project)
    else await drawEverything(browser, host, project, folder)
    return 0
  } finally {
    await browser.close()
    host?.child.kill('SIGINT')
    if (host) await once(host.child, 'exit')
    rmSync(work, { recursive: true })
  }
})

function cli(project, args) {
  const command = [join(root, 'out', 'main', 'cli.js'), ...args, '--project', project, '--json']
  const { status, stdout, stderr } = spawnSync(bundledNode(), command, { encoding: 'utf8', maxBuffer: 1e9 })
  if (status !== 0) throw new SetupError(`"${args.join(' ')}" ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

function train(project, isShort) {
  note('Training …')
  cli(project, ['run', 'deep-ufm', '--preset', 'small', '--name', 'small'])
  if (isShort) return
  cli(project, ['run', 'linear-network', '--preset', 'small'])
  cli(project, ['run', 'image-classifier', '--preset', 'small', '--name', 'digits'])
  cli(project, ['run', 'deep-ufm', '--preset', 'small', '--set', 'steps=3', '--name', 'three steps'])
  const swept = ['--set', 'weightDecay=1e-3,1e-2', '--set', 'width=8,16', '--seeds', '0..2']
  cli(project, ['sweep', '--system', 'deep-ufm', '--preset', 'small', ...swept, '--name', 'decay and width'])
}

async function serve(project) {
  const args = [join(root, 'out', 'main', 'cli.js'), 'serve', '--port', '0', '--json', '--project', project]
  const child = spawn(bundledNode(), args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, address: JSON.parse(line).address }
}

async function openPage(browser, { address }, viewport, colorScheme) {
  const page = await (await browser.newContext({ viewport, colorScheme })).newPage()
  await page.goto(address)
  await page.locator('main section').first().waitFor()
  return page
}

async function draw(page, { address }, path, file) {
  await page.goto(`${address}#${path}`)
  await page.waitForTimeout(SETTLED_MS)
  await page.screenshot({ path: file })
  note(file)
}

/** A preset of the first system, taken over into Design. */
async function drawDesign(page, host, file) {
  await page.goto(`${host.address}#/library`)
  await page.getByRole('button', { name: 'Small', exact: true }).first().click()
  await draw(page, host, '/design', file)
}

async function drawReadme(browser, host, project) {
  const images = join(root, 'docs', 'images')
  const [{ id }] = runsOf(project)
  const page = await openPage(browser, host, SIZES[0], 'light')
  await draw(page, host, `/runs/${id}`, join(images, 'run.png'))
  await drawDesign(page, host, join(images, 'design.png'))
  await draw(page, host, `/runs/${id}?tab=spectra`, join(images, 'spectra.png'))
}

async function drawEverything(browser, host, project, folder) {
  mkdirSync(folder, { recursive: true })
  const runs = runsOf(project)
  const idOf = (name) => runs.find((run) => run.name === name)?.id
  const swept = runs.filter((run) => run.name === 'decay and width').map(({ id }) => id)
  const tabs = ['training', 'structure', 'spectra', 'alignment', 'analyses', 'claims', 'log']
  const places = {
    library: '/library',
    queue: '/queue',
    runs: '/runs',
    settings: '/settings',
    compare: `/compare?runs=${swept.join(',')}`,
    run: `/runs/${idOf('small')}`,
    digits: `/runs/${idOf('digits')}`,
    linear: `/runs/${runs.find(({ system }) => system === 'linear-network')?.id}`,
    ...Object.fromEntries(tabs.map((tab) => [`run-${tab}`, `/runs/${idOf('small')}?tab=${tab}`])),
  }
  for (const theme of ['light', 'dark']) {
    for (const size of SIZES) {
      const page = await openPage(browser, host, size, theme)
      const fileOf = (name) => join(folder, `${name}-${theme}-${size.width}.png`)
      for (const [name, path] of Object.entries(places)) await draw(page, host, path, fileOf(name))
      await drawDesign(page, host, fileOf('design'))
      await page.context().close()
    }
  }
}

function runsOf(project) {
  const listed = cli(project, ['list'])
  return Array.isArray(listed) ? listed : listed.runs
}
