import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { emptyComparison } from '#shared/comparison'
import { systemClock } from '#main/store/clock'
import { openProject } from '#main/store/openProject'
import { temporaryFolder } from '../helpers/projects'
import { newRun, runId } from '../helpers/storeRuns'
import { CLI } from './helpers/startHost'

/** Every text that a person makes has this word in it. */
const WORD = 'Zwetschge'

it('the diagnostics of a project have nothing in them that a person has made, and no place', () => {
  const home = join(temporaryFolder(), `${WORD}home`)
  const folder = join(home, `My ${WORD} plans`)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${WORD} 1.clps`)
  const project = openProject(path, { clock: systemClock })
  project.runs.enqueue(newRun(1))
  project.annotations.change([runId(1)], { name: WORD, note: `# ${WORD}`, addTags: [WORD] })
  project.comparisons.save(WORD, { ...emptyComparison, runIds: [runId(1)] }, false, 1)
  project.close()
  // A library in a folder of the person, which is refused; a log with an error of ours.
  const places = { HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: join(home, '.config'), APPDATA: join(home, 'data') }
  const env = { ...process.env, ...places, COLLAPSAR_BLAS: join(folder, 'my blas.so') }
  const diagnostics = () =>
    spawnSync(process.execPath, [CLI, 'diagnostics', '--out', folder, '--project', path], { env, encoding: 'utf8' })
  expect(diagnostics()).toMatchObject({ status: 0, stderr: '' })
  const log = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('collapsar.log'))
  const stack = `[error] runs.mark: Error: "${WORD}" of '${path}' and file://${encodeURI(path)}\n    at f (file://${encodeURI(folder)}/a.js:1:2)\n`
  writeFileSync(join(home, log ?? ''), stack, { flag: 'a' })
  expect(diagnostics().status).toBe(0)
  const bundle = readdirSync(folder).find((name) => name.startsWith('collapsar-diagnostics'))
  const files = Object.entries(unzipSync(readFileSync(join(folder, bundle ?? ''))))
  const all = files.map(([name, bytes]) => `${name}\n${strFromU8(bytes)}`).join('\n')
  expect(all).toContain('opens a project')
  expect(all).toContain('at f (a.js:1:2)')
  expect(all).toContain('my blas.so')
  expect(all).not.toContain(WORD)
  expect(all).not.toContain(home)
})
