import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseSweepSpec, sweepToJson } from '#shared/sweep'
import { commandLine } from './harness'

const detail = z.looseObject({ runs: z.number(), counts: z.record(z.string(), z.number()), spec: z.unknown() })
const documentOf = (stdout: string) => detail.parse(JSON.parse(stdout))

describe('collapsar sweep', () => {
  it('trains every run, shows the plan before and a summary after', async () => {
    const { collapsar } = commandLine()
    const { code, stdout, stderr } = await collapsar('sweep', '--system', 'tiny', '--set', 'd=2,3,4', '--seeds', '0..2', '--where', 'width != 3') // prettier-ignore
    expect(code).toBe(0)
    expect(stderr).toMatch(/width +seed\n +2 +0\n/)
    expect(stderr).toMatch(/6 runs \(3 left out by constraints\)/)
    expect(stderr).toMatch(/6 of 6 runs done|runs done/)
    expect(stdout).toMatch(/runs +6\ncompleted +6\nsteps +30\n/)
  })

  it('prints one JSON document, and exits with 1 where a run does not complete', async () => {
    const { collapsar } = commandLine()
    const { code, stdout } = await collapsar('sweep', '--system', 'tiny', '--set', 'ending=completed,diverged', '--name', 'two', '--json') // prettier-ignore
    expect(code).toBe(1)
    expect(documentOf(stdout)).toMatchObject({ runs: 2, name: 'two', counts: { completed: 1, diverged: 1 } })
  })

  it('starts nothing in a dry run', async () => {
    const { collapsar } = commandLine()
    const { code, stdout } = await collapsar('sweep', '--system', 'tiny', '--set', 'width=~int(1,9)', '--random', '20', '--seeds', '0,1', '--dry-run', '--json') // prettier-ignore
    expect(code).toBe(0)
    const { plan } = z.object({ plan: z.looseObject({ runs: z.number() }) }).parse(JSON.parse(stdout))
    // At most 9 different widths, each from two seeds.
    expect(plan.runs).toBeLessThanOrEqual(18)
    expect((await collapsar('list')).stdout).toMatch(/No runs yet/)
  })

  it('reads an exported sweep, with values over it', async () => {
    const { collapsar, folder } = commandLine()
    const file = join(folder, 'sweep.json')
    const values = { kind: 'range', from: 0, to: 3, count: 4, scale: 'integer' } as const
    const spec = parseSweepSpec({ base: { system: 'tiny', params: { width: 7 } }, axes: [[{ path: 'seed', values }]] })
    writeFileSync(file, sweepToJson(spec))
    const { code, stdout } = await collapsar('sweep', file, '--set', 'steps=2', '--json')
    expect(code).toBe(0)
    expect(documentOf(stdout)).toMatchObject({
      runs: 4,
      steps: { of: 8 },
      spec: { base: { params: { width: 7, steps: 2 } }, axes: spec.axes },
    })
  })

  it.each([
    [['sweep'], /name a FILE.json, or a system with --system \(tiny\)/],
    [['sweep', '--system', 'tinny'], /Did you mean "tiny"/],
    [['sweep', '--system', 'tiny', '--set', 'widht=3'], /Did you mean "width"/],
    [['sweep', '--system', 'tiny', '--set', 'width=1..x'], /no range/],
    [['sweep', '--system', 'tiny', '--set', 'width=0,2'], /got 0, expected a whole number from 1/],
    [['sweep', '--system', 'tiny', '--where', 'width >'], /expected a number/],
    [['sweep', '--system', 'tiny', '--random', '0'], /--random: got "0"/],
    [['sweep', 'nothing.json'], /nothing.json cannot be read/],
  ])('%s is refused with exit code 2', async (args, message) => {
    const { code, stderr, stdout } = await commandLine().collapsar(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('is cancelled when the person asks to stop', async () => {
    const { collapsar, interruption } = commandLine()
    interruption.abort()
    const { code, stderr } = await collapsar('sweep', '--system', 'tiny', '--set', 'pauseMs=20', '--set', 'steps=500', '--seeds', '0..3') // prettier-ignore
    expect(code).toBe(1)
    expect(stderr).toMatch(/4 runs/)
  })
})
