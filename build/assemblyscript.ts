import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const SUFFIX = /\?wasm-source=(f32|f64)$/
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd,relaxed-simd', '--importMemory', '--noAssert']

/**
 * Imports of `./folder/index.ts?wasm-source=f32` compile that AssemblyScript program, with f32 (or f64) for the type
 * `Real`, and give its bytes: one text for both precisions, and nothing is decided at run time. One way for the app,
 * the tests and the benchmarks; compiled again only when a source of the folder changes.
 */
export function assemblyScript(): Plugin {
  return {
    name: 'collapsar:assemblyscript',
    enforce: 'pre',
    async resolveId(source, importer) {
      const [suffix] = SUFFIX.exec(source) ?? []
      if (!suffix || !importer) return null
      const resolved = await this.resolve(source.slice(0, -suffix.length), importer, { skipSelf: true })
      return resolved ? `\0${resolved.id}${suffix}` : null
    },
    async load(id) {
      const [suffix, real] = SUFFIX.exec(id) ?? []
      if (!id.startsWith('\0') || !suffix || !real) return null
      const entry = id.slice(1, -suffix.length)
      for (const file of sourcesBeside(entry)) this.addWatchFile(file)
      const bytes = await compile(entry, real)
      return `export default Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (c) => c.charCodeAt(0))`
    },
  }
}

function sourcesBeside(entry: string): string[] {
  const folder = dirname(entry)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name))
}

async function compile(entry: string, real: string): Promise<Buffer> {
  const options = [...OPTIONS, '--use', `Real=${real}`]
  const hash = createHash('sha256').update(options.join(' '))
  for (const file of sourcesBeside(entry)) hash.update(file).update(readFileSync(file))
  const cached = join('node_modules', '.cache', 'collapsar', `${hash.digest('hex').slice(0, 24)}.wasm`)
  if (existsSync(cached)) return readFileSync(cached)
  mkdirSync(dirname(cached), { recursive: true })
  const { default: asc } = await import('assemblyscript/asc')
  const temporary = `${cached}.${process.pid}`
  const { error, stderr } = await asc.main([entry, '--outFile', temporary, ...options])
  if (error) throw new Error(`AssemblyScript could not compile ${entry}:\n${stderr.toString()}`)
  writeFileSync(temporary, readFileSync(temporary), { flush: true })
  renameSync(temporary, cached)
  return readFileSync(cached)
}
