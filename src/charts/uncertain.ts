import { formatNumber, superscript } from './format'

/** A mean with its standard error, written with the digits that the error leaves: two of the error, the mean to match. */
export interface Uncertain {
  readonly value: string
  /** Null where there is no error: a single run. */
  readonly error: string | null
  /** Power of ten that both stand before; 0 for none. */
  readonly exponent: number
  /** Power of ten of an error that is too small to be written with the digits of its mean; 0 for none. */
  readonly errorExponent: number
}

/** Errors below this part of the mean get a power of ten of their own. */
const SMALL_ERROR = 1e-6

/** @param error NaN where it is not known */
export function uncertain(value: number, error: number): Uncertain {
  const plain = { exponent: 0, errorExponent: 0 }
  const hasError = Number.isFinite(value) && Number.isFinite(error)
  if (!hasError || error === 0) return { value: formatNumber(value), error: hasError ? '0' : null, ...plain }
  const size = Math.floor(Math.log10(Math.max(Math.abs(value), error)))
  const exponent = size < -3 || size >= 6 ? size : 0
  const [scaledValue, scaledError] = [value / 10 ** exponent, error / 10 ** exponent]
  if (error < SMALL_ERROR * Math.abs(value)) {
    const errorSize = Math.floor(Math.log10(scaledError))
    const [digits, small] = [formatNumber(scaledValue, 10), (scaledError / 10 ** errorSize).toFixed(1)]
    return { value: digits, error: small, exponent, errorExponent: errorSize }
  }
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(scaledError)))
  const digits = scaledValue.toFixed(decimals).replace('-', '−')
  return { value: digits, error: scaledError.toFixed(decimals), exponent, errorExponent: 0 }
}

/** '0.04461 ± 0.00012', '(4.461 ± 0.012)·10⁻⁵', '0.1752179562 ± 1.2·10⁻¹³'. */
export function uncertainText({ value, error, exponent, errorExponent }: Uncertain): string {
  const power = (of: number) => (of === 0 ? '' : `·10${superscript(of)}`)
  const sum = error === null ? value : `${value} ± ${error}${power(errorExponent)}`
  return exponent === 0 ? sum : `(${sum})${power(exponent)}`
}
