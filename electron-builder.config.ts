import { existsSync } from 'node:fs'
import type { Configuration } from 'electron-builder'

/** A self-contained OpenBLAS, where scripts/package.mjs has put one. */
const OPENBLAS = '.cache/openblas'
const MAINTAINER = 'maintainers@collapsar.invalid'

/** Installers for Linux, macOS and Windows: `npm run package`. Electron's own binary is fetched once by electron-builder. */
const config: Configuration = {
  appId: 'science.collapsar.workbench',
  productName: 'Collapsar',
  copyright: 'MIT licence',
  directories: { output: 'dist', buildResources: 'build' },
  // The built code, what it reads, and (by electron-builder's own rule) the production dependencies.
  files: [
    'out/**',
    'resources/**',
    'package.json',
    'LICENSE',
    '!out/main/bench.js',
    '!out/.stamp',
    '!**/*.map',
    // Sources and descriptions that the dependencies carry along.
    '!**/node_modules/better-sqlite3/{deps,src}/**',
    '!**/node_modules/koffi/{src,vendor,doc}/**',
  ],
  asar: true,
  // Loaded by the system's linker, which sees no archive. The probe runs in a process of its own.
  asarUnpack: ['**/*.{node,dll,so,dylib}', 'resources/probe/**'],
  ...(existsSync(OPENBLAS) && { extraResources: [{ from: OPENBLAS, to: 'openblas' }] }),
  // Every native dependency ships Node-API prebuilds.
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    enableCookieEncryption: true,
    // Pages come from app://, never from file://.
    grantFileProtocolExtraPrivileges: false,
  },
  // No updater: the app makes no connection.
  publish: null,
  fileAssociations: [
    {
      ext: 'clps',
      name: 'Collapsar project',
      description: 'Runs, spectra and figures of one project',
      mimeType: 'application/x-collapsar-project',
      role: 'Editor',
    },
  ],
  icon: 'resources/icons/collapsar.png',
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Science',
    syncDesktopName: true,
    synopsis: 'Workbench for low-dimensional structure in deep learning',
    maintainer: `Collapsar <${MAINTAINER}>`,
  },
  // A deb must name a home page and somebody who answers for it; RFC 2606 keeps ".invalid" for names that lead nowhere.
  extraMetadata: {
    homepage: 'https://collapsar.invalid',
    author: { name: 'Collapsar', email: MAINTAINER },
    // Windows belong to the entry of the desktop that has this name.
    desktopName: 'collapsar.desktop',
  },
  deb: { recommends: ['libopenblas0-pthread'] },
  mac: { target: ['dmg'], category: 'public.app-category.education' },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
}

export default config
