import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DebugLogger } from 'builder-util'
import { validateConfiguration } from 'app-builder-lib/out/util/config/config'
import { expect, it, onTestFinished, vi } from 'vitest'
import { bundledBlas } from '#main/electron/bundledBlas'
import config from '../../../electron-builder.config'
import { temporaryFolder } from '../../helpers/projects'

const shell = resolve(import.meta.dirname, '../../../src/main/electron')

/** What Electron offers for talking to somewhere else, and for getting round the rules of a page. */
const FORBIDDEN = [
  'autoUpdater',
  'crashReporter',
  'contentTracing',
  'netLog',
  'setSpellCheckerDictionaryDownloadURL',
  'desktopCapturer',
  'executeJavaScript',
  'loadFile',
  'setProxy',
  'ELECTRON_RUN_AS_NODE',
  // The RunAsNode fuse is off in the package: a process started by these would be the application once more.
  'child_process',
  'execPath',
  // Of Electron's own security checklist.
  'experimentalFeatures',
  'enableBlinkFeatures',
  'allowpopups',
]

it.each(FORBIDDEN)('the shell does not know %s', (name) => {
  const sources = readdirSync(shell).map((file) => ({ file, text: readFileSync(join(shell, file), 'utf8') }))
  expect(sources.length).toBeGreaterThan(5)
  expect(sources.filter(({ text }) => text.includes(name)).map(({ file }) => file)).toEqual([])
})

it('the package publishes nowhere and fetches nothing', () => {
  expect(config.publish).toBeNull()
  expect(config.npmRebuild).toBe(false)
})

it('the package sets every fuse that is asked for, native parts lie outside the archive, and it knows its files', () => {
  expect(config.electronFuses).toEqual({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
  })
  expect(config.asar).toBe(true)
  expect(config.asarUnpack).toEqual(expect.arrayContaining(['**/*.{node,dll,so,dylib}', 'resources/probe/**']))
  expect(config.fileAssociations).toMatchObject([{ ext: 'clps', role: 'Editor' }])
  const { linux, mac, win } = config
  expect([linux, mac, win].map((system) => system?.target)).toEqual([['AppImage', 'deb'], ['dmg'], ['nsis']])
})

it('electron-builder accepts the configuration, with what a deb must name', async () => {
  await validateConfiguration(config, new DebugLogger(false))
  const spoilt: object = { ...config, electronFuses: { ...config.electronFuses, runAsNod: false } }
  await expect(validateConfiguration(spoilt, new DebugLogger(false))).rejects.toThrow(/electronFuses/)
  expect(config.extraMetadata).toMatchObject({
    homepage: expect.stringMatching(/^https:/),
    author: { email: expect.stringContaining('@') },
  })
})

it('the package carries an OpenBLAS where one was put, and the app finds it there', async () => {
  const folder = temporaryFolder()
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof import('node:fs')>()),
    existsSync: () => true,
  }))
  vi.resetModules()
  onTestFinished(() => vi.doUnmock('node:fs'))
  const { default: withBlas } = await import('../../../electron-builder.config')
  expect(withBlas.extraResources).toEqual([{ from: '.cache/openblas', to: 'openblas' }])
  expect(bundledBlas(folder)).toEqual([])
  mkdirSync(join(folder, 'openblas'))
  writeFileSync(join(folder, 'openblas', 'libopenblas.so.0'), '')
  expect(bundledBlas(folder)).toEqual([join(folder, 'openblas', 'libopenblas.so.0')])
})

it('the icon is a square PNG that electron-builder can make all sizes of', () => {
  const icon = readFileSync(resolve(shell, '../../..', String(config.icon)))
  expect(icon.subarray(1, 4).toString()).toBe('PNG')
  const [width, height] = [icon.readUInt32BE(16), icon.readUInt32BE(20)]
  expect([width, width >= 512]).toEqual([height, true])
})
