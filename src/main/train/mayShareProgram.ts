import type { Model } from '../core/model'

/**
 * From here on replicas in one program gain nothing over one run after the other, and one run in each worker uses more
 * cores (bench/README.md, replicas: 1.33 times the speed at d = 8, 1.11 at 16, 0.99 at 32).
 */
export const WIDEST_SHARED = 32

/** The largest side of a weight matrix. */
export function widestLayer(model: Model): number {
  return Math.max(...model.parameters.flatMap(({ kind, shape }) => (kind === 'weight' ? shape : [])))
}

/** Whether runs of this model may train as replicas in one program: only where its layers are narrow. */
export function mayShareProgram(model: Model): boolean {
  return widestLayer(model) < WIDEST_SHARED
}
