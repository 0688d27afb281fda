import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { LabError } from '#shared/errors'
import { newRunId } from '#main/core/newIds'
import { temporaryFolder } from '../../helpers/projects'
import { addRun, bundleFile, emptyProject, importFile } from './bundles'
import { CASES, timeout, tryAll } from './fuzzing'
import { reworked, spoilt } from './mutations'

it(`imports ${CASES} spoilt bundles: a run or a typed error`, { timeout }, async () => {
  const folder = temporaryFolder()
  const { project: source } = emptyProject(folder)
  onTestFinished(() => source.close())
  addRun(source, 1)
  const file = join(folder, 'run.zip')
  const sound = await bundleFile(source, 1, file)
  const tally = await tryAll('bundles', async (dice, project) => {
    writeFileSync(file, dice.below(2) === 0 ? spoilt(sound, dice) : reworked(sound, dice))
    const { refused } = await importFile(project, file, newRunId)
    const [first] = refused
    if (first) throw new LabError('bad-input', first.reason)
  })
  // Some cases hit what carries no meaning; most must be noticed.
  expect(tally.refused).toBeGreaterThan(tally.taken)
})
