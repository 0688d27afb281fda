import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { version as electronVersion } from '../../node_modules/electron/package.json'

/** What electron-builder makes of this repository, over a stand-in for Electron's binary, which it never runs. */
const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'collapsar-package-'))
const unpacked = join(folder, 'dist', 'linux-unpacked')
const app = join(folder, 'app')
const bin = join(root, 'node_modules', '.bin')

/** Marks the place of the fuses in Electron's binary (electron/fuses). */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

function standInForElectron(): string {
  const electron = join(folder, 'electron')
  mkdirSync(join(electron, 'resources'), { recursive: true })
  // Version 1, eight fuses, each as Electron ships it.
  writeFileSync(join(electron, 'electron'), `#!/bin/sh\n${SENTINEL}\u0001\u000810111011`)
  chmodSync(join(electron, 'electron'), 0o755)
  writeFileSync(join(electron, 'version'), electronVersion)
  return electron
}

/** electron-builder does not find the dependencies of dependencies through a link. */
const isLinked = lstatSync(join(root, 'node_modules')).isSymbolicLink()
if (isLinked)
  console.warn('SKIPPED: the package. node_modules is a link here; package from a checkout that has its own.')

describe.skipIf(process.platform !== 'linux' || isLinked)('the package', () => {
  beforeAll(() => {
    const options = [
      '--linux',
      'dir',
      `-c.electronDist=${standInForElectron()}`,
      `-c.directories.output=${folder}/dist`,
    ]
    execFileSync(join(bin, 'electron-builder'), ['--config', 'electron-builder.config.ts', ...options], { cwd: root })
    execFileSync(join(bin, 'asar'), ['extract', join(unpacked, 'resources', 'app.asar'), app])
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('has its fuses set', () => {
    const binary = readFileSync(join(unpacked, 'collapsar'), 'latin1')
    const wire = binary.slice(binary.indexOf(SENTINEL) + SENTINEL.length + 2)
    // RunAsNode 0, CookieEncryption 1, NodeOptions 0, NodeCliInspect 0, AsarIntegrity 1, OnlyLoadAppFromAsar 1.
    expect(wire.slice(0, 6)).toBe('010011')
    // The browser's own V8 snapshot stays as Electron ships it; GrantFileProtocolExtraPrivileges 0.
    expect(wire[7]).toBe('0')
  })

  it('leaves out what only development needs', () => {
    expect(existsSync(join(app, 'node_modules', 'vite'))).toBe(false)
    expect(existsSync(join(app, 'out', 'main', 'bench.js'))).toBe(false)
    expect(existsSync(join(app, 'test'))).toBe(false)
  })

  it('keeps native parts and the BLAS probe outside the archive', () => {
    const outside = join(unpacked, 'resources', 'app.asar.unpacked')
    const parts = [
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
      'node_modules/@koromix/koffi-linux-x64',
      'resources/probe/blas.cjs',
    ]
    expect(parts.filter((part) => !existsSync(join(outside, part)))).toEqual([])
  })

  it('holds everything that a run, its figures and the pages need', () => {
    expect(existsSync(join(app, 'out', 'renderer', 'index.html'))).toBe(true)
    expect(existsSync(join(app, 'out', 'preload', 'index.cjs'))).toBe(true)
    const project = join(folder, 'project.clps')
    const collapsar = (...args: string[]) =>
      execFileSync(process.execPath, [join(app, 'out', 'main', 'cli.js'), ...args], { encoding: 'utf8' })
    const printed = collapsar('run', 'deep-ufm', '--set', 'steps=50', '--project', project, '--json')
    const { id } = JSON.parse(printed.trim().split('\n').at(-1) ?? '{}')
    expect(id).toMatch(/^r-/)
    collapsar('export', id, '--project', project, '--out', join(folder, 'figures'))
    expect(existsSync(join(folder, 'figures'))).toBe(true)
  })
})
