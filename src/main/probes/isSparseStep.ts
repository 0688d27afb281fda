import type { Snapshot } from '#main/core/snapshot'

/**
 * The steps at which costly quantities are measured: 0, the powers of ten and the last. Every logarithmic schedule
 * contains them, and a run has few of them however long it is.
 */
export function isSparseStep({ step, isLast }: Pick<Snapshot, 'step' | 'isLast'>): boolean {
  return isLast || step === 0 || /^10*$/.test(String(step))
}
