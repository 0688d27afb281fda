import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'

const answer = z.object({ stepsPerSecond: z.number() })

/** A PyTorch script that stays up, so that its rounds alternate with ours and both see the same machine. */
export class TorchPeer {
  private constructor(
    readonly process: ChildProcessByStdio<Writable, Readable, null>,
    readonly lines: Interface,
  ) {}

  /** Null when Debian's python3 or torch is missing. */
  static async start(script: string): Promise<TorchPeer | null> {
    const python = '/usr/bin/python3'
    const probe = spawn(python, ['-c', 'import torch'], { stdio: 'ignore' })
    const [code] = await Promise.race([once(probe, 'exit'), once(probe, 'error').then(() => [1])])
    if (code !== 0) return null
    const environment = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
    const child = spawn(python, [resolve('bench/peers', script)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environment,
    })
    return new TorchPeer(child, createInterface(child.stdout))
  }

  async stepsPerSecond(request: Readonly<Record<string, string | number>>): Promise<number> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`)
    const [line] = await once(this.lines, 'line')
    return answer.parse(JSON.parse(String(line))).stepsPerSecond
  }

  close(): void {
    this.process.stdin.end()
  }
}
