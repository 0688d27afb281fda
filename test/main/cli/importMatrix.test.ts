import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine } from './harness'

function withFiles(files: Readonly<Record<string, string>>) {
  const line = commandLine()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(line.folder, name), text)
  return { ...line, path: (name: string) => join(line.folder, name) }
}

describe('collapsar import-matrix', () => {
  it('keeps a matrix with its mask under the name of the file, and says how to use it', async () => {
    const { collapsar, path } = withFiles({ 'ratings.csv': '1,2\n,4\n', 'mask.csv': '1,0\n0,1\n' })
    const { code, stdout } = await collapsar('import-matrix', path('ratings.csv'), '--mask', path('mask.csv'))
    expect(code).toBe(0)
    expect(stdout).toContain('ratings: 2 × 2, 3 entries known, 2 of them for training.')
    expect(stdout).toContain('--set matrix="ratings"')
    const again = await collapsar(
      'import-matrix',
      path('ratings.csv'),
      '--mask',
      path('mask.csv'),
      '--name',
      'x',
      '--json',
    )
    // The same content is there already, under its first name.
    expect(JSON.parse(again.stdout)).toMatchObject({ name: 'ratings', reference: expect.stringMatching(/^ratings@[0-9a-f]{64}$/) }) // prettier-ignore
  })

  it.each([
    [['import-matrix'], /FILE is missing/],
    [['import-matrix', 'nowhere.csv'], /nowhere\.csv cannot be read/],
    [['import-matrix', 'broken.csv'], /broken\.csv: .*row 1, column 2: "x" is not a finite number/],
    [['import-matrix', 'ratings.csv', '--name', '-x'], /argument is ambiguous|cannot be used/],
    [['import-matrix', 'ratings.csv', '--name', 'a@b'], /name "a@b" cannot be used/],
  ])('%j ends with 2 and says what to do', async (args, message) => {
    const { collapsar, path } = withFiles({ 'ratings.csv': '1,2\n', 'broken.csv': '1,x\n' })
    const { code, stderr } = await collapsar(...args.map((arg) => (arg.endsWith('.csv') ? path(arg) : arg)))
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
