import { renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FreshClone } from './freshClone'

describe('scripts/run.mjs', () => {
  it('installs and builds once, on stderr, and hands on the arguments', async () => {
    const clone = new FreshClone()
    const first = await clone.run('run.mjs', ['bench', 'train', '--json'])
    expect(first).toMatchObject({ code: 0, stdout: '["train","--json"]\n' })
    expect(first.stderr).toMatch(/Installing the dependencies[^]*Building the workbench/)
    expect(clone.calls()).toEqual(['npm ci --no-audit --no-fund', 'build'])
    const second = await clone.run('run.mjs', ['cli', 'demo'])
    expect(second).toEqual({ code: 0, stdout: '["demo"]\n', stderr: '' })
    expect(clone.calls()).toEqual([])
  })

  it('builds again when a source has changed, and installs again when the lockfile is newer', async () => {
    const clone = new FreshClone()
    await clone.run('run.mjs', ['cli'])
    clone.calls()
    clone.write('src/entry.js', 'process.stdout.write("new")')
    expect((await clone.run('run.mjs', ['cli'])).stdout).toBe('new')
    expect(clone.calls()).toEqual(['build'])
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(clone.folder, 'package-lock.json'), later, later)
    await clone.run('run.mjs', ['cli'])
    expect(clone.calls()).toContain('npm ci --no-audit --no-fund')
  })

  it('never installs into a linked folder, which belongs to another checkout', async () => {
    const clone = new FreshClone()
    await clone.run('run.mjs', ['cli'])
    renameSync(join(clone.folder, 'node_modules'), join(clone.folder, 'elsewhere'))
    clone.link(join(clone.folder, 'elsewhere'), 'node_modules')
    clone.calls()
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(clone.folder, 'package-lock.json'), later, later)
    expect((await clone.run('run.mjs', ['cli'])).code).toBe(0)
    expect(clone.calls().filter((call) => call.startsWith('npm'))).toEqual([])
  })

  it('says in plain words that there is no network', async () => {
    const { code, stdout, stderr } = await new FreshClone().run('run.mjs', ['cli'], { NO_NETWORK: '1' })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/registry was not reached\. Check the network connection/)
    expect(stderr).not.toMatch(/at .*\.mjs/)
  })

  it('takes a failed or interrupted build for none', async () => {
    const clone = new FreshClone()
    await clone.run('run.mjs', ['cli'])
    clone.write('src/entry.js', 'broken')
    expect(await clone.run('run.mjs', ['cli'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/The build failed/),
    })
    expect(await clone.run('run.mjs', ['cli'])).toMatchObject({ code: 2 })
    rmSync(join(clone.folder, 'out'), { recursive: true })
    clone.write('src/entry.js', 'process.exit(7)')
    expect(await clone.run('run.mjs', ['cli'])).toMatchObject({ code: 7 })
  })

  it('names the entries it knows', async () => {
    expect(await new FreshClone().run('run.mjs', ['gui'])).toMatchObject({
      code: 2,
      stderr: 'run.mjs: got "gui", expected one of cli, bench.\n',
    })
  })
})

describe('scripts/start.mjs', () => {
  it('serves in the browser when asked to', async () => {
    const { code, stdout } = await new FreshClone().run('start.mjs', [
      '--host',
      '--port',
      '8080',
      '--project',
      'a.clps',
    ])
    expect([code, stdout]).toEqual([0, '["serve","--open","--port","8080","--project","a.clps"]\n'])
  })

  it.runIf(process.platform === 'linux')('says in one line why there is no window', async () => {
    const { code, stdout, stderr } = await new FreshClone().run('start.mjs')
    expect([code, stdout]).toEqual([0, '["serve","--open"]\n'])
    expect(stderr.split('\n')).toContain('Opening in the browser instead of a window: this machine has no screen.')
  })

  it('goes on in the browser when the binary cannot be fetched, or ends at once', async () => {
    const clone = new FreshClone()
    clone.write('packages/electron/install.js', 'process.exit(1)')
    const missing = await clone.run('start.mjs', [], { DISPLAY: ':0' })
    expect(missing.stderr).toMatch(/instead of a window: the Electron binary is not here and could not be fetched/)
    clone.write('node_modules/electron/path.txt', 'electron')
    clone.link(process.execPath, 'node_modules/electron/dist/electron')
    const broken = await clone.run('start.mjs', [], { DISPLAY: ':0' })
    expect(broken.stderr).toMatch(/instead of a window: Electron ended at once with code 1\./)
    expect(broken.stdout).toBe('["serve","--open"]\n')
  })

  it('explains itself, and names an unknown option', async () => {
    const clone = new FreshClone()
    expect((await clone.run('start.mjs', ['--help'])).stdout).toMatch(/npm start -- \[options\]/)
    expect(await clone.run('start.mjs', ['--prot', '1'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--prot/),
    })
    expect(clone.calls()).toEqual([])
  })
})

describe('scripts/test.mjs', () => {
  const passed = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] }
  const reports = {
    'vitest.config.ts': passed,
    'vitest.golden.config.ts': passed,
    'vitest.e2e.config.ts': passed,
    'list vitest.e2e.config.ts': [{ name: 'opens the library' }, { name: 'trains a run' }],
  }

  async function test(given: object, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const clone = new FreshClone()
    clone.write('reports.json', JSON.stringify(given))
    const { code, stdout, stderr } = await clone.run('test.mjs', args, { CHROMIUM_PATH: process.execPath, ...env })
    return { code, lastLine: stdout.trimEnd().split('\n').at(-1), stderr, calls: clone.calls() }
  }

  it('sums over the parts', async () => {
    const { code, lastLine, calls } = await test(reports)
    expect([code, lastLine]).toEqual([0, '9 passed, 0 failed, 3 skipped'])
    expect(calls.slice(2)).toEqual([
      'vitest run vitest.config.ts',
      'vitest run vitest.golden.config.ts',
      'vitest run vitest.e2e.config.ts',
    ])
  })

  it('names the browser tests that it skips, and how to get a Chromium', async () => {
    const { code, lastLine, stderr } = await test(reports, [], { CHROMIUM_PATH: '/none/chromium' })
    expect([code, lastLine]).toEqual([0, '6 passed, 0 failed, 4 skipped'])
    expect(stderr).toMatch(/apt install chromium[^]*opens the library\n {2}trains a run/)
  })

  it('fails with a failed test, a file that does not load, and a part that breaks down', async () => {
    const failed = await test({ ...reports, 'vitest.config.ts': { ...passed, numFailedTests: 2 } })
    expect([failed.code, failed.lastLine]).toEqual([1, '9 passed, 2 failed, 3 skipped'])
    const brokenFile = { ...passed, testResults: [{ status: 'failed', assertionResults: [] }] }
    const broken = await test({ ...reports, 'vitest.config.ts': brokenFile })
    expect([broken.code, broken.lastLine]).toEqual([1, '9 passed, 1 failed, 3 skipped'])
    const crashed = await test({ ...reports, 'vitest.golden.config.ts': null })
    expect([crashed.code, crashed.lastLine]).toEqual([1, '6 passed, 1 failed, 2 skipped'])
  })

  it('runs only the parts that are named', async () => {
    const { lastLine, calls } = await test(reports, ['e2e'])
    expect(lastLine).toBe('3 passed, 0 failed, 1 skipped')
    expect(calls.slice(2)).toEqual(['vitest run vitest.e2e.config.ts'])
  })
})
