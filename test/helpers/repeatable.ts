import { clockQuantities } from '#main/jobs/runClock'

const clocks = new Set(clockQuantities.filter(({ kind }) => kind === 'clock').map(({ id }) => id))

/** Whether two executions of a spec agree on a quantity: on all but the clocks. */
export function isRepeatable({ quantity }: { readonly quantity: string }): boolean {
  return !clocks.has(quantity)
}
