import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Which folders of src each folder may import beside itself and `shared`. The order is that of the data:
 * spec → job → training → probes → store → views. Keep in step with docs/architecture.md.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  charts: [],
  preload: [],
  'main/compute': [],
  'main/core': ['main/compute'],
  'main/import': ['main/core', 'main/compute'],
  'main/spectra': ['main/core', 'main/compute', 'main/import'],
  'main/probes': ['main/core', 'main/compute', 'main/spectra'],
  'main/train': ['main/core', 'main/compute'],
  'main/systems': ['main/core', 'main/compute', 'main/spectra', 'main/probes', 'main/train'],
  'main/store': ['main/core'],
  'main/jobs': ['main/core', 'main/compute', 'main/probes', 'main/train', 'main/systems', 'main/store'],
  'main/bundle': ['main/core', 'main/store'],
  'main/export': ['main/core', 'charts'],
  'main/service': [
    'main/core',
    'main/compute',
    'main/spectra',
    'main/import',
    'main/probes',
    'main/systems',
    'main/store',
    'main/jobs',
    'main/bundle',
  ],
  'main/service.ts': [
    'main/service',
    'main/core',
    'main/compute',
    'main/probes',
    'main/systems',
    'main/store',
    'main/jobs',
    'main/export',
    'main/bundle',
    'main/service',
  ],
  'main/host': ['main/service.ts', 'main/jobs', 'main/systems', 'main/probes', 'main/core', 'main/compute'],
  'main/electron': [
    'main/service.ts',
    'main/jobs',
    'main/systems',
    'main/probes',
    'main/core',
    'main/compute',
    'main/host',
  ],
  'main/cli': [
    'main/service.ts',
    'main/jobs',
    'main/systems',
    'main/probes',
    'main/store',
    'main/core',
    'main/compute',
    'main/export',
    'main/bundle',
    'main/host',
    'charts',
  ],
  'renderer/bridge': [],
  'renderer/composables': ['renderer/bridge'],
  'renderer/components': ['renderer/composables', 'charts'],
  'renderer/views': ['renderer/composables', 'renderer/components', 'charts'],
  renderer: ['renderer/bridge', 'renderer/composables', 'renderer/components', 'renderer/views', 'charts'],
}

/** Packages that only some folders may name. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  electron: ['main/electron', 'preload'],
  vue: ['renderer'],
  'better-sqlite3': ['main/store'],
  koffi: ['main/compute'],
  echarts: ['charts', 'renderer/components'],
  '@resvg/resvg-js': ['main/export'],
  ws: ['main/host'],
  'electron-log': ['main/host'],
  yauzl: ['main/bundle'],
  // The one place with a network is the loopback host.
  'node:http': ['main/host'],
  'node:https': [],
  'node:http2': [],
  'node:net': [],
  'node:tls': [],
  'node:dgram': [],
  'node:dns': [],
}

const SRC = resolve(import.meta.dirname, '../src')

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    // Another dialect: compiled by AssemblyScript, imports nothing of ours.
    if (entry.isDirectory()) return entry.name === 'assembly' ? [] : sourceFiles(path)
    return /\.(ts|vue)$/.test(entry.name) ? [path] : []
  })
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const patterns = [/(?:from|import)\s+['"]([^'"]+)['"]/g, /import\(\s*['"]([^'"]+)['"]\s*\)/g]
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
}

/** 'main/compute' for src/main/compute/graph/node.ts: the longest name in the table. */
function folderOf(path: string): string | null {
  const local = relative(SRC, path).split(sep).join('/')
  const names = Object.keys(MAY_IMPORT).filter((name) => local === name || local.startsWith(`${name}/`))
  return names.sort((a, b) => b.length - a.length)[0] ?? null
}

function resolveLocal(specifier: string, file: string): string | null {
  const bare = specifier.replace(/\?.*$/, '')
  const alias = /^#(shared|charts|main)\/(.*)$/.exec(bare)
  const target = alias
    ? join(SRC, alias[1] ?? '', alias[2] ?? '')
    : bare.startsWith('.')
      ? resolve(dirname(file), bare)
      : null
  if (target === null) return null
  const candidates = [target, `${target}.ts`, `${target}.vue`, join(target, 'index.ts')]
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile()) ?? `${target}.ts`
}

describe('architecture', () => {
  const files = sourceFiles(SRC)

  it('scans the sources', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  it('knows every folder', () => {
    expect(files.filter((file) => folderOf(file) === null)).toEqual([])
  })

  it('imports only downwards', () => {
    const violations = files.flatMap((file) => {
      const from = folderOf(file)
      if (from === null) return []
      const allowed = new Set([from, 'shared', ...(MAY_IMPORT[from] ?? [])])
      return importsOf(file).flatMap((specifier) => {
        const target = resolveLocal(specifier, file)
        const to = target?.startsWith(SRC) ? folderOf(target) : null
        return to && !allowed.has(to) ? [`${relative(SRC, file)} imports ${to} (${specifier})`] : []
      })
    })
    expect(violations).toEqual([])
  })

  it('names packages only where they belong', () => {
    const violations = files.flatMap((file) => {
      const from = folderOf(file) ?? ''
      return importsOf(file).flatMap((specifier) => {
        const owners = Object.entries(RESERVED).find(([name]) => specifier === name || specifier.startsWith(`${name}/`))
        if (!owners || owners[1].some((owner) => from === owner || from.startsWith(`${owner}/`))) return []
        return [`${relative(SRC, file)} imports ${specifier}`]
      })
    })
    expect(violations).toEqual([])
  })

  it('lets only backends/select.ts name a backend', () => {
    const violations = files
      .filter((file) => !relative(SRC, file).startsWith(join('main', 'compute', 'backends')))
      .filter((file) => importsOf(file).some((specifier) => /backends\/(cpu|gpu)\//.test(specifier)))
      .map((file) => relative(SRC, file))
    expect(violations).toEqual([])
  })
})
