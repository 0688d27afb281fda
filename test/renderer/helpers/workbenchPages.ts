import { createServer, type Server, type ServerResponse } from 'node:http'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { build } from 'vite'
import { chromiumPath } from '#main/cli/findChromium'
import { SECURITY_HEADERS } from '#main/host/securityHeaders'
import type { Scenario } from '../fixtures/fakeBridge'

const repository = resolve(import.meta.dirname, '../../..')
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
}

export interface WorkbenchPages {
  open(path: string, scenario: Scenario, options?: BrowserContextOptions): Promise<{ page: Page; problems: string[] }>
  close(): Promise<void>
}

/** The built renderer, under the hosts' own policy, in real Chromium, with a fake service where Electron's preload script would put the bridge. */
export async function createWorkbenchPages(): Promise<WorkbenchPages> {
  const folder = await mkdtemp(join(tmpdir(), 'collapsar-renderer-'))
  const [bridgeScript] = await Promise.all([bundleFakeBridge(), buildRenderer(folder)])
  const server = await serve(folder)
  const browser = await launchChromium()
  return {
    async open(path, scenario, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      const page = await context.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
      })
      await page.addInitScript(`${bridgeScript}\nfakeBridge.install(${JSON.stringify(scenario)})`)
      await page.goto(`${addressOf(server)}/index.html#${path}`)
      await page.locator('main section').first().waitFor()
      return { page, problems }
    },
    async close() {
      await browser.close()
      await new Promise((done) => server.close(done))
      await rm(folder, { recursive: true })
    },
  }
}

/** Headless, offline, and only where there is one: see `chromiumPath`. */
export function launchChromium(): Promise<Browser> {
  const path = chromiumPath(process.env)
  if (!path) throw new Error('No Chromium found. Install the package chromium, or name one in CHROMIUM_PATH.')
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
  const offline = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({ args: [...args, ...offline], executablePath: path })
}

async function buildRenderer(outDir: string): Promise<void> {
  await build({
    root: join(repository, 'src/renderer'),
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [vue()],
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
  })
}

async function bundleFakeBridge(): Promise<string> {
  const result = await build({
    root: repository,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      lib: { entry: 'test/renderer/fixtures/installFakeBridge.ts', formats: ['iife'], name: 'fakeBridge' },
    },
  })
  const bundles = Array.isArray(result) ? result : []
  const chunk = bundles.flatMap((bundle) => bundle.output).find((output) => output.type === 'chunk')
  if (!chunk) throw new Error('the fake bridge was not bundled')
  return chunk.code
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://local').pathname
    void answer(join(folder, path), response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return server
}

async function answer(file: string, response: ServerResponse): Promise<void> {
  const type = types[extname(file)] ?? 'application/octet-stream'
  try {
    const content = await readFile(file)
    response.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': type }).end(content)
  } catch {
    response.writeHead(404).end()
  }
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the test server has no port')
  return `http://127.0.0.1:${address.port}`
}
