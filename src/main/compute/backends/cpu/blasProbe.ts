import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { z } from 'zod'
import script from '../../../../../resources/probe/blas.cjs?raw'
import { type BlasProbe, probedBlasSchema, refusedBlasSchema } from '../probedBlas'

/** The probe names a library before it tries it. */
const lineSchema = z.union([probedBlasSchema, refusedBlasSchema, z.strictObject({ path: z.string() })])

/** A library that has not answered by then never will. */
export const PROBE_TIMEOUT_MS = 20_000

/**
 * Tries libraries in a child process, in order, until one gives the right answers: a broken one crashes the child, a
 * wrong one is refused, and neither touches us. A child that dies names the library it was trying; the next child
 * goes on behind it.
 */
export async function probeBlas(candidates: readonly string[], run: RunProbe = runInNode): Promise<BlasProbe> {
  const koffi = createRequire(import.meta.url).resolve('koffi')
  const refused: BlasProbe['refused'] = []
  let left = candidates
  while (left.length > 0) {
    const { output, problem } = await run([koffi, ...left])
    const lines = output.split('\n').flatMap(parseLine)
    for (const line of lines) {
      if ('name' in line) return { found: line, refused }
      if ('problem' in line) refused.push(line)
    }
    const last = lines.at(-1)
    if (!last) return { found: null, refused: [...refused, ...left.map((path) => ({ path, problem }))] }
    if (!('problem' in last)) refused.push({ path: last.path, problem: `crashed the probe: ${problem}` })
    left = left.slice(left.indexOf(last.path) + 1)
  }
  return { found: null, refused }
}

/** Runs resources/probe/blas.cjs with these arguments in a process of its own; what it printed, and how it ended. */
export type RunProbe = (args: readonly string[]) => Promise<{ readonly output: string; readonly problem: string }>

const runInNode: RunProbe = (args) =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-e', script, ...args],
      { timeout: PROBE_TIMEOUT_MS, windowsHide: true },
      (error, output) => {
        resolve({ output, problem: error?.signal ? `killed by ${error.signal}` : (error?.message ?? 'said nothing') })
      },
    )
  })

/** Libraries may print to the same stream: what is not a line of ours is passed over. */
function parseLine(text: string): z.infer<typeof lineSchema>[] {
  if (!text.startsWith('{')) return []
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  const line = lineSchema.safeParse(value)
  return line.success ? [line.data] : []
}
