import { expect, it } from 'vitest'
import { nodeProblem } from '#main/cli/nodeProblem'

it.each(['18.0.0', '20.20.2', '22.15.0'])('says of Node %s which one is needed, and what brings it', (version) => {
  expect(nodeProblem(version)).toMatch(new RegExp(`^This is Node ${version}; .*Node 24 or newer.*npm run -s collapsar`))
})

it.each(['24.0.0', process.versions.node, '100.1.0'])('has nothing to say of Node %s', (version) => {
  expect(nodeProblem(version)).toBeNull()
})
