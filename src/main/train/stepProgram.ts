import { compile } from '../compute/program/compile'
import type { Update } from '../compute/program/updates'
import type { Workspace } from '../compute/program/workspace'

/** One step of an optimiser, compiled. */
export interface StepProgram {
  /** Allocates nothing. */
  run(): void
  /** Memory for intermediate values at their peak. */
  readonly peakBytes: number
  dispose(): void
}

/** Each stage is a program of its own on the same memory: what it computes sees what the ones before have written. */
export function compileStep(workspace: Workspace, stages: readonly (readonly Update[])[]): StepProgram {
  const programs = stages.map((updates) => compile(workspace, { updates }))
  return {
    run() {
      for (let i = 0; i < programs.length; i++) programs[i]!.run()
    },
    peakBytes: programs.reduce((sum, { peakBytes }) => sum + peakBytes, 0),
    dispose() {
      for (const program of programs) program.dispose()
    },
  }
}
