import { LabError } from '#shared/errors'

/** A whole number given as an option. @throws LabError 'bad-input' that names the option, the value and the bounds */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new LabError('bad-input', `--${option}: got "${text}", expected a whole number from ${min} to ${max}.`)
}

/** A number given as an option. @throws LabError 'bad-input' that names the option and the value */
export function realNumber(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new LabError('bad-input', `--${option}: got "${text}", expected a number such as 0.25 or 1e-3.`)
}
