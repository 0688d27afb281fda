import { describe, expect, it } from 'vitest'
import { goldenFolder, readGoldenFiles } from './goldenFiles'
import { handlerOf } from './handlers'

const folder = goldenFolder()
const files = readGoldenFiles(folder)

if (!files || files.length === 0) {
  // A folder that was asked for must be there; the default one exists only beside some checkouts.
  describe('golden files', () => {
    it.runIf(process.env.COLLAPSAR_GOLDEN)(`are *.json in ${folder}, which COLLAPSAR_GOLDEN names`, () => {
      expect(files ?? []).not.toHaveLength(0)
    })
  })
}

for (const file of files ?? []) {
  describe(file.name, () => {
    for (const kind of new Set(file.cases.map((golden) => golden.kind))) {
      const check = handlerOf(kind, file)
      describe(kind, () => {
        for (const { name, given } of file.cases.filter((golden) => golden.kind === kind)) {
          // Skipped cases are what the summary counts as not supported.
          if (check) it(name, () => check(given))
          else it.skip(name, () => {})
        }
      })
    }
  })
}
