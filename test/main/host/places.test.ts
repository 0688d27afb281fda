import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultProjectPath } from '#main/host/defaultProject'
import { installationAt } from '#main/host/installation'
import { openerOf } from '#main/host/openInBrowser'
import { prepareDefaultProject } from '#main/host/openService'
import { temporaryFolder } from '../../helpers/projects'

const ROOT = join(import.meta.dirname, '../../..')

describe('places', () => {
  it('finds the parts of an installation from the folder of its entries', () => {
    const installation = installationAt(join(ROOT, 'out', 'main'))
    const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ version: installation.version })
    expect(existsSync(join(installation.resources, 'data'))).toBe(true)
    expect(installation).toMatchObject({
      root: ROOT,
      worker: join(ROOT, 'out/main/worker.js'),
      preload: join(ROOT, 'out/preload/index.cjs'),
      pages: join(ROOT, 'out/renderer'),
    })
  })

  it.each([
    ['linux', {}, '/home/a/.config/collapsar/project.clps'],
    ['linux', { XDG_CONFIG_HOME: '/data' }, '/data/collapsar/project.clps'],
    ['darwin', {}, '/home/a/Library/Application Support/collapsar/project.clps'],
  ] as const)('keeps the default project where Electron does on %s %j', (platform, env, expected) => {
    expect(defaultProjectPath(platform, '/home/a', env)).toBe(expected)
  })

  it('makes the folder of the default project, or says why it cannot', async () => {
    const folder = temporaryFolder()
    const project = join(folder, 'new', 'project.clps')
    expect(await prepareDefaultProject(project)).toBe(project)
    expect(existsSync(join(folder, 'new'))).toBe(true)
    writeFileSync(join(folder, 'file'), '')
    await expect(prepareDefaultProject(join(folder, 'file', 'project.clps'))).rejects.toMatchObject({ code: 'storage' })
  })

  it.each([
    ['linux', {}, null],
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['darwin', {}, 'open'],
    ['win32', {}, 'rundll32'],
  ] as const)('opens addresses on %s %j with %s', (platform, env, command) => {
    expect(openerOf(platform, env)?.command ?? null).toBe(command)
  })
})
