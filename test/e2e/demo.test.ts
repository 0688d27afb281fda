import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

it('the demo trains both small presets, draws their figures, and every claim holds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-demo-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'demo.json')
  const demo = spawnSync(process.execPath, ['out/main/cli.js', 'demo', '--out', folder, '--json', file])
  expect(demo.stdout.toString()).toMatch(/(\d+) of \1 claims hold/)
  expect(demo.status).toBe(0)
  const result: unknown = JSON.parse(readFileSync(file, 'utf8'))
  expect(result).toMatchObject({ allHold: true, runs: [{ status: 'completed' }, { status: 'completed' }] })
  const ids = ['01.C1', '01.C2', '01.C3', '01.C4', '01.C5', '01.C7', '01.C15', '01.C16', 'digits.small.terminal']
  expect(result).toHaveProperty('claims', expect.arrayContaining(ids.map((id) => expect.objectContaining({ id }))))
  expect(readdirSync(folder)).toContain('project.clps')
  const figures = readdirSync(join(folder, 'deep-ufm'))
  for (const name of ['loss.svg', 'loss.png', 'layer-hessian-layer-2.svg', 'layer-hessian-layer-2.png']) {
    expect(figures).toContain(name)
  }
})
