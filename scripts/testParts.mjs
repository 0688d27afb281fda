/** The parts of `npm test`, one after the other, and the sum over them as the last line. Runs on the bundled Node. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumPath } from '../src/main/cli/findChromium.ts'
import { note, root } from './setup.mjs'

const VITEST = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const NO_CHROMIUM =
  'No Chromium was found, so these browser tests were skipped. Install one (Debian: "apt install chromium"; macOS, ' +
  'Windows: Google Chrome) or set CHROMIUM_PATH to its program:'

const PARTS = {
  unit: { title: 'unit tests', config: 'vitest.config.ts', reporters: ['default'] },
  golden: {
    title: 'golden cases',
    config: 'vitest.golden.config.ts',
    reporters: ['default', './test/golden/summaryReporter.ts'],
  },
  e2e: { title: 'browser tests', config: 'vitest.e2e.config.ts', reporters: ['default'] },
  slow: { title: 'slow tests', config: 'vitest.slow.config.ts', reporters: ['verbose'] },
}
const DEFAULT_PARTS = ['unit', 'golden', 'e2e']

const args = process.argv.slice(2)
const named = args.filter((word) => Object.hasOwn(PARTS, word))
const filters = args.filter((word) => !Object.hasOwn(PARTS, word))
const folder = mkdtempSync(join(tmpdir(), 'collapsar-test-'))
const sums = { passed: 0, failed: 0, skipped: 0 }
try {
  const chromium = chromiumPath(process.env)
  for (const name of named.length > 0 ? named : DEFAULT_PARTS) {
    if (name === 'e2e' && !chromium) await skipPart(PARTS[name])
    else await runPart(PARTS[name], chromium)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped\n`)
process.exitCode = sums.failed > 0 ? 1 : 0

async function runPart({ title, config, reporters }, chromium) {
  note(`\n== ${title}`)
  const file = join(folder, `${config}.json`)
  const options = [...reporters, 'json'].map((reporter) => `--reporter=${reporter}`)
  const env = chromium ? { CHROMIUM_PATH: chromium } : {}
  const code = await vitest(
    ['run', '--config', config, '--passWithNoTests', ...options, `--outputFile.json=${file}`, ...filters],
    'inherit',
    env,
  )
  add(countsOf(readReport(file), code))
}

/** Tests that cannot run here are named, and counted as skipped. */
async function skipPart({ title, config }) {
  const file = join(folder, `${config}.json`)
  const code = await vitest(['list', '--config', config, `--json=${file}`, ...filters], 'ignore')
  const tests = readReport(file)
  if (code !== 0 || !Array.isArray(tests)) return add({ passed: 0, failed: 1, skipped: 0 })
  note(`\n== ${title}\n${NO_CHROMIUM}`)
  for (const test of tests) note(`  ${test.name}`)
  add({ passed: 0, failed: 0, skipped: tests.length })
}

function add(counts) {
  for (const key of Object.keys(sums)) sums[key] += counts[key]
}

/** A part that broke down without naming a failed test counts as one failure: no failure may look like none. */
function countsOf(report, code) {
  const counts = {
    passed: report?.numPassedTests ?? 0,
    failed: report?.numFailedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  }
  const brokenFiles = (report?.testResults ?? []).filter(
    (result) => result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
  )
  counts.failed += brokenFiles.length
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Vitest ended before it could write: its exit code says so.
    return null
  }
}

function vitest(args, stdout, env = {}) {
  const child = spawn(process.execPath, [VITEST, ...args], {
    cwd: root,
    stdio: ['ignore', stdout, 'inherit'],
    env: { ...process.env, ...env },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
