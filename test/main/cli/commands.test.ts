import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { commands } from '#main/cli/commands/index'
import { parseWith } from '#shared/spec'
import { commandLine } from './harness'

const runDocument = z.looseObject({ id: z.string(), status: z.string(), step: z.number() })

function parseRun(stdout: string) {
  return parseWith(runDocument, JSON.parse(stdout), 'stdout')
}

describe('collapsar run, list, show', () => {
  it('trains into a project that the others read', async () => {
    const { collapsar } = commandLine()
    const trained = await collapsar('run', 'tiny', '--set', 'steps=7', '--seed', '3', '--name', 'first', '--json')
    const run = parseRun(trained.stdout)
    expect(run).toMatchObject({ status: 'completed', step: 7, seed: 3, name: 'first', last: { loss: 1 / 8 } })
    const listed = await collapsar('list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject({ runs: [{ id: run.id, status: 'completed' }] })
    const text = await collapsar('list')
    expect(text.stdout).toMatch(
      /^run +name +system +status +step +steps +loss .*\nr-\w{10} +first +tiny +completed +7 +7 +0\.125/,
    )
    const shown = await collapsar('show', run.id.slice(0, 6))
    expect(shown.stdout).toContain('completed at step 7 of 7')
    expect(shown.code).toBe(0)
  })

  it('lists the runs of a filter line, with the columns and the order that were asked for', async () => {
    const { collapsar } = commandLine()
    for (const steps of ['3', '9', '5']) await collapsar('run', 'tiny', '--set', `steps=${steps}`)
    const { stdout } = await collapsar('list', 'loss < 0.2 and steps in 5..9', '--columns', 'param.steps,min(loss)')
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(rows.map((row) => row.slice(-2))).toEqual([
      ['param.steps', 'min(loss)'],
      ['5', '0.16667'],
      ['9', '0.1'],
    ])
    const sorted = await collapsar('list', '--sort=-loss', '--columns', 'loss', '--limit', '2', '--json')
    const values: unknown = JSON.parse(sorted.stdout)
    expect(values).toMatchObject({ runs: [{ values: { loss: 0.25 } }, { values: { loss: 1 / 6 } }] })
    expect(await collapsar('list', 'speed<3')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/No run has anything called "speed"/),
    })
    expect((await collapsar('list', 'steps>9')).stdout).toBe('No run fits steps>9.\n')
  })

  it('begins with a preset or a spec file and lets single values override them', async () => {
    const { collapsar, folder } = commandLine()
    const preset = await collapsar('run', 'tiny', '--preset', 'wide', '--set', 'steps=2', '--json')
    expect(parseRun(preset.stdout)).toMatchObject({ params: { width: 60, steps: 2 } })
    const file = join(folder, 'spec.json')
    writeFileSync(file, '{"system": "tiny", "seed": 5, "params": {"width": 3, "steps": 2}}')
    const spec = await collapsar('run', '--spec', file, '--set', 'width=4', '--json')
    expect(parseRun(spec.stdout)).toMatchObject({ seed: 5, params: { width: 4, steps: 2 } })
  })

  it.each(['diverged', 'failed'])('ends with 1 when the run has %s', async (ending) => {
    const { collapsar } = commandLine()
    const { code, stdout } = await collapsar('run', 'tiny', '--set', `ending=${ending}`, '--json')
    expect([code, parseRun(stdout).status]).toEqual([1, ending])
  })

  it('ends with 1 when a claim fails, and says which', async () => {
    const { collapsar } = commandLine()
    const { code, stdout } = await collapsar('run', 'tiny', '--preset', 'small')
    expect(code).toBe(1)
    expect(stdout).toMatch(/tiny\.C1 .*0\.1666667 +0\.1666667 +± 0 +holds/)
    expect(stdout).toMatch(/tiny\.C2 on .*FAILS, nothing could be compared/)
    expect(stdout).toMatch(/1 of 2 claims hold\./)
  })

  it('cancels on Ctrl C and keeps what was recorded', async () => {
    const { collapsar, interruption } = commandLine()
    setTimeout(() => interruption.abort(), 700)
    const { code, stdout } = await collapsar('run', 'tiny', '--set', 'steps=100000', '--set', 'pauseMs=5', '--json')
    const run = parseRun(stdout)
    expect([code, run.status]).toEqual([1, 'cancelled'])
    expect(run.step).toBeGreaterThan(10)
    const shown = await collapsar('show', run.id, '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({
      measured: expect.arrayContaining([expect.objectContaining({ quantity: 'loss' })]),
    })
  })

  it('says before it trains what the disk has no room for, and trains all the same', async () => {
    const { collapsar } = commandLine({}, { freeDiskBytes: () => 500e6 })
    const { stdout, stderr } = await collapsar('run', 'tiny', '--json')
    expect(stderr).toMatch(/^[^\n]*500 MB left[^\n]*\n/)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' })
    const { stderr: calm } = await commandLine().collapsar('run', 'tiny')
    expect(calm).not.toMatch(/left/)
  })

  it('tells progress on stderr only', async () => {
    const { collapsar } = commandLine()
    const { stdout, stderr } = await collapsar('run', 'tiny', '--set', 'steps=100', '--set', 'pauseMs=5', '--json')
    expect(stderr).toMatch(/tiny +█*░* +\d+ % +\d+\/100/)
    expect(stdout.trim().split('\n')).toHaveLength(1)
  })

  it('names the runs when the beginning of an id fits several, and none', async () => {
    const { collapsar } = commandLine()
    await collapsar('run', 'tiny')
    await collapsar('run', 'tiny')
    expect((await collapsar('show', 'r-')).stderr).toMatch(/beginning of several runs: r-\w{10}, r-\w{10}/)
    expect(await collapsar('show', 'r-none')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no run "r-none".*list/),
    })
  })
})

describe('collapsar resume', () => {
  it('goes on with a cancelled run from its last stored state, in place', async () => {
    const first = commandLine()
    setTimeout(() => first.interruption.abort(), 700)
    const settings = ['steps=400', 'pauseMs=5', 'stateEvery=10'].flatMap((setting) => ['--set', setting])
    const cancelled = parseRun((await first.collapsar('run', 'tiny', ...settings, '--json')).stdout)
    expect(cancelled.status).toBe('cancelled')
    const { collapsar } = commandLine()
    const resume = () => collapsar('resume', cancelled.id, '--project', first.project, '--json')
    const { code, stdout } = await resume()
    expect([code, parseRun(stdout)]).toMatchObject([0, { id: cancelled.id, status: 'completed', step: 400 }])
    expect(JSON.parse(stdout)).toMatchObject({
      measured: [
        { quantity: 'loss', count: 401 },
        { quantity: 'values', count: 401 },
      ],
    })
    expect(await resume()).toMatchObject({ code: 2, stderr: expect.stringMatching(/completed.*repeat it/) })
  })
})

describe('collapsar claims', () => {
  it('trains each preset and seed once, and reports per claim', async () => {
    const { collapsar, project } = commandLine()
    const { code, stdout } = await collapsar('claims', 'tiny', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      system: 'tiny',
      claims: [
        { id: 'tiny.C1', on: 'small, seed 0', holds: true, checks: [{ predicted: 1 / 6, measured: 1 / 6 }] },
        { id: 'tiny.C2', holds: false },
        { id: 'tiny.C3', holds: false },
      ],
      notChecked: [],
    })
    expect(existsSync(project)).toBe(false)
  })

  it('checks one claim only', async () => {
    const { code, stdout } = await commandLine().collapsar('claims', 'tiny', '--only', 'tiny.C1', '--seeds', '1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^claim +on +check +predicted +measured +allowance +verdict\ntiny\.C1 /)
    expect(stdout).toMatch(/1 of 1 claims hold\.\n$/)
  })
})

describe('collapsar export', () => {
  it('says what it wrote, and which figures had no data', async () => {
    const { collapsar, folder } = commandLine()
    const trained = await collapsar('run', 'tiny', '--json')
    const { id } = parseRun(trained.stdout)
    const out = join(folder, 'figures')
    const { code, stdout } = await collapsar('export', id, '--out', out, '--format', 'csv', '--json')
    expect([code, JSON.parse(stdout)]).toEqual([0, { run: id, directory: out, files: [], skipped: [] }])
  })
})

describe('collapsar serve', () => {
  it('prints its address and serves until it is told to stop', async () => {
    const { collapsar, folder, interruption } = commandLine()
    writeFileSync(join(folder, 'index.html'), 'pages')
    setTimeout(() => interruption.abort(), 300)
    const { code, stdout } = await collapsar('serve', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/),
      port: expect.any(Number),
    })
    expect(code).toBe(0)
  })

  it('names a port that is in use, and leaves the project unlocked', async () => {
    const { collapsar, folder } = commandLine()
    writeFileSync(join(folder, 'index.html'), 'pages')
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = String(typeof address === 'object' ? address?.port : '')
    const { code, stderr } = await collapsar('serve', '--port', port)
    other.close()
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(`Port ${port} is in use.*another with --port`)),
    ])
    expect((await collapsar('run', 'tiny', '--set', 'steps=2')).code).toBe(0)
  })

  it('says how to build missing pages', async () => {
    const { code, stderr } = await commandLine().collapsar('serve')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/npm run build/)])
  })
})

describe('collapsar help and doctor', () => {
  it.each([[['help']], [['--help']], [['-h']], [[]]])('lists every command for %j', async (args) => {
    const { code, stdout } = await commandLine().collapsar(...args)
    expect(code).toBe(0)
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`  ${name} +${summary}`))
  })

  it.each(commands.map(({ name }) => name))('explains every option of %s', async (name) => {
    const command = commands.find((candidate) => candidate.name === name)
    const { stdout } = await commandLine().collapsar(name, '--help')
    for (const option of Object.keys(command?.options ?? {})) expect(stdout).toContain(`--${option}`)
    expect(command?.options).toHaveProperty('json')
  })

  it('says what this machine has', async () => {
    const { collapsar, folder } = commandLine()
    mkdirSync(join(folder, 'node_modules'))
    const { code, stdout } = await collapsar('doctor', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      isFit: true,
      findings: expect.arrayContaining([
        { part: 'Node', state: 'ok', detail: process.version },
        { part: 'embedded kernels', state: 'ok', detail: expect.stringMatching(/GFLOP/) },
        { part: 'Electron', state: 'absent', detail: expect.stringMatching(/npx install-electron/) },
        { part: 'project folder', state: 'ok', detail: folder },
        { part: 'GPU package', state: 'absent', detail: expect.stringMatching(/npm install/) },
      ]),
    })
  })
})
