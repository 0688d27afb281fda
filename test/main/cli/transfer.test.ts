import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandLine } from './harness'

it('takes runs from one project to another, by file and by merging', async () => {
  const [here, there, third] = [commandLine(), commandLine(), commandLine()]
  await here.collapsar('run', 'tiny', '--set', 'steps=7')
  await here.collapsar('run', 'tiny', '--set', 'steps=9')
  const out = join(here.folder, 'out')
  const { runs }: { runs: { id: string }[] } = JSON.parse((await here.collapsar('list', '--json')).stdout)
  const ids = runs.map(({ id }) => id)
  expect((await here.collapsar('bundle', ...ids, '--out', out)).code).toBe(0)
  const files = readdirSync(out).map((name) => join(out, name))
  expect(files).toHaveLength(2)

  const first = await there.collapsar('import', ...files, '--json')
  expect(JSON.parse(first.stdout)).toMatchObject([0, 1].map(() => ({ copied: [{}], refused: [] })))
  expect((await there.collapsar('import', ...files)).stdout).toMatch(
    /Runs: 0 copied, 0 were here and got what they lacked, 1 were here already, 0 refused/,
  )
  const [id = ''] = ids
  const shown = (line: typeof here) => line.collapsar('show', id, '--json')
  expect((await shown(there)).stdout).toBe((await shown(here)).stdout)

  expect((await there.collapsar('merge', here.project)).stdout).toMatch(
    /Runs: 0 copied, .* 2 were here already, 0 refused/,
  )
  expect((await third.collapsar('merge', here.project)).stdout).toMatch(/Runs: 2 copied, /)
  expect((await shown(third)).stdout).toBe((await shown(here)).stdout)
  expect(await third.collapsar('import', here.project)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no sound zip/),
  })
  expect(await third.collapsar('merge', files[0] ?? '')).toMatchObject({ stderr: expect.stringMatching(/project/) })
})
