/**
 * `npm run test:offline`: the browser tests in a network namespace that has nothing but its own loopback interface, so
 * that whatever tried to reach a network would fail. Linux only; needs `unshare` and `ip` (util-linux, iproute2).
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledNode, note, prepare, root, runInherited, runNode, runScript, SetupError } from './setup.mjs'

const INSIDE = '--inside-namespace'
/** Documentation addresses (RFC 5737): nobody answers there, but a network would be asked. */
const ELSEWHERE = { host: '192.0.2.1', port: 80 }

await runScript(async (args) => {
  if (args[0] === INSIDE) return runInside(args.slice(1))
  if (process.platform !== 'linux') throw new SetupError('Network namespaces are there on Linux only.')
  for (const tool of ['unshare', 'ip']) {
    if (spawnSync(tool, ['--version']).error) {
      throw new SetupError(`"${tool}" is missing. Debian: "apt install util-linux iproute2".`)
    }
  }
  await prepare()
  const script = fileURLToPath(import.meta.url)
  const command = 'ip link set lo up && exec "$@"'
  return runInherited('unshare', [
    '--map-root-user',
    '--net',
    // Its own processes too: whatever a test leaves behind ends with the namespace, instead of keeping our streams open.
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'sh',
    '-c',
    command,
    'sh',
    bundledNode(),
    script,
    INSIDE,
    ...args,
  ])
})

async function runInside(filters) {
  const others = Object.entries(networkInterfaces()).flatMap(([name, all]) => (all.every(isOwn) ? [] : [name]))
  if (others.length > 0) throw new SetupError(`The namespace has a network after all: ${others.join(', ')}.`)
  const before = attempts()
  const code = await codeOfConnecting()
  if (code !== 'ENETUNREACH') throw new SetupError(`The namespace has a network after all: connecting gave ${code}.`)
  const noticed = attempts()
  note(
    `In a namespace without a network: the browser tests. The kernel counts attempts: ${before}, then ours: ${noticed}.`,
  )
  const exitCode = await runNode([join(root, 'scripts', 'testParts.mjs'), 'e2e', ...filters])
  note(`${attempts() - noticed} attempts to reach something else than this machine; Chromium makes some by itself.`)
  return exitCode
}

function isOwn({ internal }) {
  return internal
}

/** Packets and connections for which the kernel of this namespace knew no way, of either version of IP. */
function attempts() {
  const [names = '', values = ''] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
  const version4 = Number(values.split(' ')[names.split(' ').indexOf('OutNoRoutes')])
  const version6 = Number(/^Ip6OutNoRoutes\s+(\d+)$/m.exec(readFileSync('/proc/net/snmp6', 'utf8'))?.[1] ?? 0)
  return version4 + version6
}

function codeOfConnecting() {
  return new Promise((resolve) => {
    const socket = connect({ ...ELSEWHERE, timeout: 3000 })
    socket.on('connect', () => resolve('a connection'))
    socket.on('timeout', () => resolve('a timeout'))
    socket.on('error', (error) => resolve(error.code))
  })
}
