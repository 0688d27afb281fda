import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { createBackend } from '../src/main/compute/backends/select'
import type { Benchmark, BenchOptions } from './benchmark'
import { convStep } from './conv'
import { startReplicas } from './replicas'
import { startTraining } from './ufmTraining'

/** Set in the process whose garbage is counted: the case it runs. */
const CHILD = 'COLLAPSAR_BENCH_GARBAGE'
const [BEGIN, END] = ['steps begin', 'steps end']
const CHUNKS = 40

interface Case {
  readonly name: string
  /** Of one chunk: enough to see single bytes. */
  readonly steps: number
  start(): Promise<() => void>
}

const CASES: readonly Case[] = [
  { name: 'UFM 3, 16, 4, 5', steps: 5000, start: async () => ufmStep({ L: 3, d: 16, K: 4, n: 5 }) },
  { name: 'UFM 3, 64, 10, 10', steps: 2000, start: async () => ufmStep({ L: 3, d: 64, K: 10, n: 10 }) },
  {
    name: '64 replicas of UFM 3, 16, 4, 5',
    steps: 200,
    async start() {
      const replicas = startReplicas({ L: 3, d: 16, K: 4, n: 5 }, await createBackend())
      return () => replicas.advance()
    },
  },
  {
    name: '8 replicas of UFM 3, 64, 10, 10',
    steps: 200,
    async start() {
      const replicas = startReplicas({ L: 3, d: 64, K: 10, n: 10 }, await createBackend(), 8)
      return () => replicas.advance()
    },
  },
  {
    name: 'conv net, float32',
    steps: 20,
    async start() {
      const program = convStep(await createBackend({ dtype: 'float32' }))
      return () => program.run()
    },
  },
]

async function ufmStep(one: Parameters<typeof startTraining>[0]): Promise<() => void> {
  const training = startTraining(one, await createBackend())
  return () => training.advance()
}

/** Bytes that a training step leaves on the heap, and collections while many are taken, counted by --trace-gc. */
export const garbage: Benchmark = {
  name: 'garbage',
  summary: 'bytes a training step allocates, and collections under --trace-gc',
  async run(options) {
    const asked = CASES.find(({ name }) => name === process.env[CHILD])
    if (asked) return takeSteps(asked)
    for (const one of CASES) await measure(one, options)
  },
}

const answer = z.object({ bytes: z.number() })

async function measure({ name, steps }: Case, options: BenchOptions): Promise<void> {
  const [script = ''] = process.argv.slice(1)
  const { stdout } = await promisify(execFile)(process.execPath, ['--trace-gc', script, 'garbage'], {
    env: { ...process.env, [CHILD]: name },
  })
  const lines = stdout.split('\n')
  const during = lines.slice(lines.indexOf(BEGIN) + 1, lines.indexOf(END))
  const collections = during.filter((line) => /Scavenge|Mark-Compact/.test(line)).length
  const { bytes } = answer.parse(JSON.parse(lines[lines.indexOf(END) + 1] ?? ''))
  const taken = steps * CHUNKS
  const described = { program: name, steps: taken }
  options.emit({ bench: 'garbage', case: described, metric: 'bytes per step', value: bytes / taken })
  options.emit({ bench: 'garbage', case: described, metric: 'collections', value: collections })
}

async function takeSteps({ steps, start }: Case): Promise<void> {
  const step = await start()
  // Until the engine has compiled what it will compile: its early code boxes numbers that the final code does not.
  for (let i = 0; i < 10 * steps; i++) step()
  const growth = new Float64Array(CHUNKS)
  process.stdout.write(`${BEGIN}\n`)
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < steps; i++) step()
    growth[chunk] = process.memoryUsage().heapUsed - before
  }
  // A chunk with a collection shrinks the heap and says nothing; the others are alike.
  const typical = growth.filter((bytes) => bytes >= 0).toSorted()
  const bytes = (typical[Math.floor(typical.length / 2)] ?? NaN) * CHUNKS
  process.stdout.write(`${END}\n${JSON.stringify({ bytes })}\n`)
}
