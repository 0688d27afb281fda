import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CLI } from './helpers/startHost'

it('the built command line says which Node it needs, before anything that an older one lacks is loaded', () => {
  const older = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.20.2" })'
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', older, CLI, 'list'], { encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^This is Node 20\.20\.2; .*Node 24.*\n$/)])
  // What is imported by name is loaded first, whatever the code says.
  expect(readFileSync(CLI, 'utf8')).not.toMatch(/^import\b/m)
})
