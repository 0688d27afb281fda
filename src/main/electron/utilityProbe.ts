import { text } from 'node:stream/consumers'
import { utilityProcess } from 'electron'
import { PROBE_TIMEOUT_MS, type RunProbe } from '../compute/backends/select'
import { definedOnly } from './definedOnly'

/** The BLAS probe as a utility process: a packaged app cannot start itself as plain Node, its RunAsNode fuse is off. */
export function utilityProbe(scriptPath: string): RunProbe {
  return async (args) => {
    const child = utilityProcess.fork(scriptPath, [...args], {
      env: definedOnly(process.env),
      serviceName: 'Collapsar BLAS probe',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const timer = setTimeout(() => child.kill(), PROBE_TIMEOUT_MS)
    const exit = new Promise<number>((resolve) => void child.once('exit', resolve))
    // The last lines may still be in the pipe when the process is gone.
    const [output, code] = await Promise.all([child.stdout ? text(child.stdout) : '', exit])
    clearTimeout(timer)
    return { output, problem: `ended with exit code ${code}` }
  }
}
