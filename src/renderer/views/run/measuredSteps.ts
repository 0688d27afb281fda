import type { RunDetail } from '#shared/contract/index'

/** Every step at which anything was measured, ascending: the positions of the step slider. */
export function measuredSteps(measured: RunDetail['measured']): number[] {
  const steps = new Set<number>()
  for (const entry of measured) for (const step of entry.steps) steps.add(step)
  return [...steps].sort((a, b) => a - b)
}
