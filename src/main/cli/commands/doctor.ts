import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describeBlas } from '../../compute/backends/select'
import { defineCommand, jsonOption, projectOption, type CommandContext } from '../command'
import { chromiumPath } from '../findChromium'
import { table } from '../table'
import { formatNumber } from '#charts/format'

/** 'ok' and 'missing' for what is needed; 'absent' for what the workbench can do without. */
interface Finding {
  readonly part: string
  readonly state: 'ok' | 'missing' | 'absent'
  readonly detail: string
}

const OLDEST_NODE = 24

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'what this machine offers, and what to install for more',
  positionals: [],
  options: { project: projectOption, json: jsonOption },
  async run(context, { project = context.defaultProject }) {
    const findings = [
      nodeFinding(process.version),
      ...(await computeFindings()),
      electronFinding(context),
      chromiumFinding(),
      await projectFinding(project),
      gpuFinding(context),
    ]
    const isFit = findings.every((finding) => finding.state !== 'missing')
    return {
      exitCode: isFit ? 0 : 1,
      document: { version: context.installation.version, isFit, findings },
      text: table(findings, [
        { title: 'part', cell: (finding) => finding.part },
        { title: 'state', cell: (finding) => finding.state },
        { title: '', cell: (finding) => finding.detail },
      ]),
    }
  },
})

function nodeFinding(version: string): Finding {
  const isNewEnough = Number(/^v(\d+)/.exec(version)?.[1]) >= OLDEST_NODE
  const detail = isNewEnough ? version : `${version}; ${OLDEST_NODE} or newer is needed: "npm ci" installs it`
  return { part: 'Node', state: isNewEnough ? 'ok' : 'missing', detail }
}

async function computeFindings(): Promise<Finding[]> {
  const { library, refused, speed, advice } = await describeBlas()
  const fastest = speed.at(-1)
  const threads = (count: number) => `${count} thread${count === 1 ? '' : 's'} in each worker`
  const rate = (value: number | null | undefined) => (value == null ? '' : `, ${formatNumber(value, 3)} GFLOP/s`)
  return [
    { part: 'embedded kernels', state: 'ok', detail: `WebAssembly SIMD${rate(fastest?.embedded)}` },
    library
      ? {
          part: 'BLAS',
          state: 'ok',
          detail: `${library.name} ${library.version}, ${library.path}, ${threads(library.threads)}${rate(fastest?.library)}`,
        }
      : { part: 'BLAS', state: 'absent', detail: advice ?? 'none found' },
    // Where one was found, what was passed over on the way is of no use to anybody.
    ...(library ? [] : refused).map(({ path, problem }): Finding => ({
      part: 'BLAS refused',
      state: 'absent',
      detail: `${path}: ${problem}`,
    })),
  ]
}

function electronFinding({ installation }: CommandContext): Finding {
  const folder = join(installation.root, 'node_modules', 'electron')
  if (existsSync(join(folder, 'path.txt')) && existsSync(join(folder, 'dist'))) {
    return { part: 'Electron', state: 'ok', detail: folder }
  }
  const detail = 'the window needs its binary: "npx install-electron"; without it "npm start" opens the browser'
  return { part: 'Electron', state: 'absent', detail }
}

function chromiumFinding(): Finding {
  const path = chromiumPath(process.env)
  const detail = path ?? 'only the browser tests need it: install Debian\'s "chromium", or set CHROMIUM_PATH'
  return { part: 'Chromium', state: path ? 'ok' : 'absent', detail }
}

async function projectFinding(project: string): Promise<Finding> {
  const folder = dirname(project)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return { part: 'project folder', state: 'ok', detail: folder }
  } catch {
    const detail = `${folder} cannot be written: change its permissions, or name another with --project`
    return { part: 'project folder', state: 'missing', detail }
  }
}

function gpuFinding({ installation }: CommandContext): Finding {
  const require = createRequire(join(installation.root, 'package.json'))
  try {
    return { part: 'GPU package', state: 'ok', detail: require.resolve('@tensorflow/tfjs-node-gpu') }
  } catch {
    const detail = 'for CUDA: "npm install @tensorflow/tfjs-node-gpu" on a machine with CUDA and cuDNN'
    return { part: 'GPU package', state: 'absent', detail }
  }
}
