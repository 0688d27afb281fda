import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine } from './harness'

const table: readonly [args: string, expected: RegExp][] = [
  ['rnu tiny', /Unknown command "rnu"\. Did you mean "run"\? Known: run, sweep, demo, list/],
  ['xxxxxxxx', /Unknown command "xxxxxxxx"\. Known: run/],
  ['run tiyn', /Unknown system "tiyn"\. Did you mean "tiny"\?/],
  ['run', /name a system \(tiny\) or a --spec file/],
  ['run tiny more', /"more" was not expected.*collapsar help run/],
  ['run tiny --prset small', /Unknown option of "run": "--prset"\. Did you mean "--preset"\?/],
  ['run tiny -x', /Unknown option of "run": "-x"/],
  ['run tiny --json=yes', /'--json' does not take an argument/],
  ['run tiny --preset smal', /Unknown preset of tiny: "smal"\. Did you mean "small"\?/],
  ['run tiny --preset constructor', /Unknown preset of tiny: "constructor"/],
  ['run tiny --set widht=3', /Unknown parameter of tiny: "widht"\. Did you mean "width"\?/],
  ['run tiny --set width', /--set: got "width", expected NAME=VALUE/],
  ['run tiny --set width=', /Width \(width\): got "", expected a whole number from 1 to 100/],
  ['run tiny --set width=abc', /got "abc", expected a whole number/],
  ['run tiny --set width=1.5', /got 1.5, expected a whole number from 1 to 100/],
  ['run tiny --set width=1000', /got 1000, expected a whole number from 1 to 100/],
  ['run tiny --set width=Infinity', /expected a whole number/],
  ['run tiny --set ending=well', /got "well", expected one of completed, diverged/],
  ['run tiny --seed 1.5', /--seed: got "1.5", expected a whole number from 0 to 4294967295/],
  ['run tiny --seed 4294967296', /--seed: got "4294967296"/],
  ['run tiny --seed=-1', /--seed: got "-1"/],
  ['run tiny --seed', /'--seed <value>' argument missing/],
  ['run --spec none.json', /none\.json cannot be read/],
  ['run tiny --spec a.json --preset small', /Both --spec and --preset/],
  ['run tiny --project /none/p.clps', /no folder \/none/],
  ['list K=4 extra', /"extra" was not expected/],
  ['list --limit some', /--limit: got "some"/],
  ['list --project none.clps', /no project file none\.clps/],
  ['show', /RUN is missing/],
  ['claims', /SYSTEM is missing/],
  ['claims tiny --only tiny.C9', /Unknown claim of tiny: "tiny\.C9"\. Did you mean "tiny\.C1"\?/],
  ['claims tiny --seeds 0', /--seeds: got "0", expected a whole number from 1/],
  ['export r-1', /--out DIR is missing/],
  ['export r-1 --out x --format svg,pgn', /Unknown format "pgn"\. Did you mean "png"\?/],
  ['serve --port 65536', /--port: got "65536", expected a whole number from 0 to 65535/],
  ['serve --port http', /--port: got "http"/],
  ['serve --slots 0', /--slots: got "0"/],
  ['help nothing', /Unknown command "nothing"/],
]

describe('bad input', () => {
  it.each(table)('collapsar %s', async (args, expected) => {
    const { code, stdout, stderr } = await commandLine().collapsar(...args.split(' '))
    expect(stderr).toMatch(expected)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('is one JSON document on stdout for scripts', async () => {
    const { code, stdout } = await commandLine().collapsar('run', 'tiyn', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad-input', message: expect.stringMatching(/tiyn/) } })
  })

  it.each([
    ['{', /spec\.json is not JSON/],
    ['[]', /spec\.json: /],
    ['{"params": {}}', /spec\.json\.system: /],
    ['{"system": "tiny", "sead": 1}', /unknown field "sead"/],
    ['{"system": "tiny", "params": {"width": [1]}}', /Width \(width\): got \[1\], expected a whole number/],
    ['{"system": "tiny", "probes": ["none"]}', /none/],
    ['{"system": "other"}', /Unknown system "other"/],
  ])('names what is wrong in the spec %s', async (text, expected) => {
    const { collapsar, folder } = commandLine()
    const file = join(folder, 'spec.json')
    writeFileSync(file, text)
    const { code, stderr } = await collapsar('run', '--spec', file)
    expect(stderr).toMatch(expected)
    expect(code).toBe(2)
  })

  it('refuses a spec of another system than the one named', async () => {
    const { collapsar, folder } = commandLine()
    const file = join(folder, 'spec.json')
    writeFileSync(file, '{"system": "tiny"}')
    expect(await collapsar('run', 'deep-ufm', '--spec', file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is a run of "tiny", but "deep-ufm" was asked for/),
    })
  })

  it('leaves a file alone that is not a project', async () => {
    const { collapsar, folder } = commandLine()
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'not a project, but longer than nothing')
    const { code, stderr } = await collapsar('run', 'tiny', '--project', file)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/not a Collapsar project/)])
  })
})
