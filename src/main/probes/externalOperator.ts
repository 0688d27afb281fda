import { LabError } from '#shared/errors'
import { matrixOperator, parseNpySymmetric } from '#main/spectra/index'
import type { NamedOperator } from './operators/index'

/**
 * Spectra that are not of a run's state: a matrix from outside.
 *
 * @param about.samples where it is a second moment or covariance: how many independent samples it is of
 * @throws LabError 'bad-input' if the name is empty
 */
export function externalOperator(
  operator: Pick<NamedOperator, 'n' | 'apply'>,
  name: string,
  { theoryCount = null, samples = null }: Partial<Pick<NamedOperator, 'theoryCount' | 'samples'>> = {},
): NamedOperator {
  if (name.trim() === '') throw new LabError('bad-input', 'externalOperator: give the matrix a name.')
  const { n } = operator
  const apply: NamedOperator['apply'] = (x, y) => operator.apply(x, y)
  return { n, apply, matrix: name, includesRegularisation: false, theoryCount, samples, exact: null, reading: null }
}

/**
 * A symmetric matrix from the bytes of a NumPy file.
 *
 * @throws LabError 'bad-input' as `parseNpySymmetric`
 */
export function npyOperator(bytes: Uint8Array): Pick<NamedOperator, 'n' | 'apply'> {
  return matrixOperator(parseNpySymmetric(bytes))
}
