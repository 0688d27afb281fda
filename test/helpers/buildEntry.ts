import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { assemblyScript } from '../../build/assemblyscript.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles a TypeScript entry of test/helpers for plain Node, as the product's build does. */
export async function buildEntry(name: string): Promise<{ path: string; remove: () => void }> {
  // Inside the repository, so that Node finds the packages.
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'collapsar-test-'))
  await build({
    configFile: false,
    plugins: [assemblyScript()],
    root,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: `test/helpers/${name}.ts`,
      outDir: folder,
      minify: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return {
    path: join(folder, `${name}.mjs`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
