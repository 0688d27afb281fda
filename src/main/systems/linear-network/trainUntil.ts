import type { Training } from '#main/train/training'

/**
 * Trains until the data loss is at or below a value, is not finite, or `atMost` steps are done.
 *
 * @param every the loss is looked at after so many steps
 * @returns the data loss then
 */
export async function trainUntil(
  training: Training,
  { loss, atMost, every = 1 }: { loss: number; atMost: number; every?: number },
): Promise<number> {
  for (;;) {
    const { data } = await training.snapshot().loss()
    if (data <= loss || !Number.isFinite(data) || training.step >= atMost) return data
    for (let i = 0; i < every && training.step < atMost; i++) training.advance()
  }
}
