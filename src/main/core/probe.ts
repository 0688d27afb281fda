import type { JsonValue } from '#shared/json'
import type { QuantityDefinition } from '#shared/records'
import type { Model } from './model'
import type { Snapshot } from './snapshot'

export interface Measurement {
  readonly quantity: string
  readonly layer: number | null
  readonly shape: readonly number[]
  readonly data: Float64Array
  readonly meta?: Readonly<Record<string, JsonValue>>
}

/** Reads the state of a run at scheduled steps; it never changes training. */
export interface Probe {
  readonly id: string
  readonly title: string
  readonly quantities: readonly QuantityDefinition[]
  /** Whether the quantity is defined for this model. */
  applies(model: Model): boolean
  /**
   * @param isAsked a person asked for this step: quantities that are too costly for every step of a shared schedule, and
   *   leave most of them out, are measured too
   */
  measure(snapshot: Snapshot, signal: AbortSignal, isAsked?: boolean): Promise<readonly Measurement[]>
}

export function scalarMeasurement(quantity: string, value: number, layer: number | null = null): Measurement {
  return { quantity, layer, shape: [], data: Float64Array.of(value) }
}

export function vectorMeasurement(quantity: string, data: Float64Array, layer: number | null = null): Measurement {
  return { quantity, layer, shape: [data.length], data }
}
