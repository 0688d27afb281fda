import { z } from 'zod'
import type { LinearOperator } from '#main/core/linearOperator'
import { denseSpectrum } from '#main/spectra/index'
import type { UfmConfig } from '#main/systems/deep-ufm/config'
import { expectClose } from '../helpers/expectClose'

export const numbers = z.array(z.number())

/** The fields that give a configuration; their names are those of the golden files. */
export const configFields = {
  K: z.int(),
  n: z.int(),
  widths: z.array(z.int()),
  lam_H: z.number(),
  lam_W: numbers,
}

export function configOf(given: z.infer<z.ZodObject<typeof configFields>>): UfmConfig {
  const { K, n, widths, lam_H: lamH, lam_W: lamW } = given
  return { K, n, widths, lamH, lamW }
}

/** Compares all eigenvalues of an operator, by its dense matrix, with a descending list. */
export async function expectSpectrum(
  operator: LinearOperator,
  expected: ArrayLike<number>,
  atol: number,
  label: string,
): Promise<void> {
  const { values } = await denseSpectrum(operator)
  expectClose(values, expected, { atol }, label)
}

/** [[value, copies], …] as one descending list. */
export function expandPairs(pairs: readonly (readonly [number, number])[]): number[] {
  return pairs.flatMap(([value, copies]) => Array<number>(copies).fill(value)).sort((a, b) => b - a)
}
