import { z } from 'zod'
import { depthOf, uniformConfig, type UfmConfig } from '#main/systems/deep-ufm/config'

/** The configuration of topic 02: one width and one λ for all layers. */
export const configFields = {
  L: z.int(),
  K: z.int(),
  n: z.int(),
  d: z.int(),
  lambda_: z.number(),
}

export function configOf({ L, K, n, d, lambda_ }: z.infer<z.ZodObject<typeof configFields>>): UfmConfig {
  return uniformConfig({ K, n, depth: L, width: d, lambda: lambda_ })
}

/** Parameter vectors of topic 02 are [W_1 … W_L, H_1]; ours start with H_1. */
export function parameterOrder(config: UfmConfig): string[] {
  return [...Array.from({ length: depthOf(config) }, (_, i) => `W${i + 1}`), 'H1']
}

/** The blocks of a parameter vector, one after another. */
export function concatenated(names: readonly string[], blocks: Readonly<Record<string, Float64Array>>): Float64Array {
  return Float64Array.from(names.flatMap((name) => [...blocks[name]!]))
}

/** {value, multiplicity} pairs as one ascending list. */
export function expandMultiplicities(levels: readonly { value: number; multiplicity: number }[]): number[] {
  return levels.flatMap(({ value, multiplicity }) => Array<number>(multiplicity).fill(value)).sort((a, b) => a - b)
}
