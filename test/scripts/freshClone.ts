import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from '../helpers/projects'

const ROOT = join(import.meta.dirname, '../..')

export interface ScriptResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * A copy of the scripts in a repository of stand-ins: an npm that installs one package, a build that writes one entry,
 * a Vitest that reports what it is told to. Everything is logged in calls.txt.
 */
export class FreshClone {
  readonly folder = temporaryFolder()

  constructor() {
    cpSync(join(ROOT, 'scripts'), join(this.folder, 'scripts'), { recursive: true })
    cpSync(join(ROOT, 'src/main/cli/findChromium.ts'), join(this.folder, 'src/main/cli/findChromium.ts'))
    this.write('package.json', '{"name": "clone", "type": "module"}')
    this.write('package-lock.json', '{}')
    this.write('electron.vite.config.ts', '')
    this.write('calls.txt', '')
    this.write(
      'npm.mjs',
      `import { appendFileSync, cpSync } from 'node:fs'
       appendFileSync('calls.txt', 'npm ' + process.argv.slice(2).join(' ') + '\\n')
       if (process.env.NO_NETWORK) { console.error('npm error code ENOTFOUND'); process.exit(1) }
       cpSync('packages', 'node_modules', { recursive: true, verbatimSymlinks: true })`,
    )
    this.write('packages/.package-lock.json', '{}')
    this.link(process.execPath, 'packages/node/bin/node')
    this.write(
      'packages/electron-vite/bin/electron-vite.js',
      `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
       appendFileSync('calls.txt', 'build\\n')
       console.log('building')
       const source = readFileSync('src/entry.js', 'utf8')
       if (source.includes('broken')) { console.error('unexpected token'); process.exit(1) }
       mkdirSync('out/main', { recursive: true })
       writeFileSync('out/main/cli.js', source)
       writeFileSync('out/main/bench.js', source)`,
    )
    this.write(
      'packages/vitest/vitest.mjs',
      `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
       const args = process.argv.slice(2)
       const config = args[args.indexOf('--config') + 1]
       const isList = args[0] === 'list'
       appendFileSync('calls.txt', 'vitest ' + args[0] + ' ' + config + '\\n')
       const file = args.find((arg) => arg.startsWith(isList ? '--json=' : '--outputFile.json=')).split('=')[1]
       const report = JSON.parse(readFileSync('reports.json', 'utf8'))[(isList ? 'list ' : '') + config]
       if (report) writeFileSync(file, JSON.stringify(report))
       process.exit(report && !(report.numFailedTests > 0) ? 0 : 1)`,
    )
    this.write('src/entry.js', `console.log(JSON.stringify(process.argv.slice(2)))`)
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), content)
  }

  link(target: string, path: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    symlinkSync(target, join(this.folder, path))
  }

  /** What the stand-ins were asked to do since the last look. */
  calls(): string[] {
    const lines = readFileSync(join(this.folder, 'calls.txt'), 'utf8').split('\n')
    this.write('calls.txt', '')
    return lines.filter((line) => line !== '')
  }

  async run(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<ScriptResult> {
    const child = spawn(process.execPath, [join('scripts', script), ...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], npm_execpath: join(this.folder, 'npm.mjs'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await ended, stdout, stderr }
  }
}
