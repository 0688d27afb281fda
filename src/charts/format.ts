const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
}
const MINUS = '−'

/** An integer as an exponent: −3 → '⁻³'. */
export function superscript(exponent: number): string {
  return [...String(exponent)].map((character) => SUPERSCRIPTS[character] ?? character).join('')
}

/** A number for a readout: `digits` significant digits, '2·10⁻⁶' outside 10⁻⁴ … 10⁶, a true minus sign. */
export function formatNumber(value: number, digits = 5): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : '∞'
  if (value === 0) return '0'
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e')
  const exponent = Number(exponentText)
  const sign = value < 0 ? MINUS : ''
  if (exponent < -4 || exponent >= 6) return `${sign}${trimZeros(mantissa.replace('-', ''))}·10${superscript(exponent)}`
  return sign + trimZeros(Math.abs(value).toFixed(Math.max(0, digits - 1 - exponent)))
}

/** The powers of ten on one axis, all written alike: 0.01 … 1000 where every one lies between these, else 10⁻³ … 10⁴. */
export function formatPowersOfTen(exponents: readonly number[]): string[] {
  const arePlain = exponents.every((exponent) => exponent >= -2 && exponent <= 3)
  return exponents.map((exponent) => (arePlain ? String(Number(`1e${exponent}`)) : `10${superscript(exponent)}`))
}

/** A tick of a linear axis whose ticks are `spacing` apart: all ticks of the axis get the same decimals. */
export function formatTick(value: number, spacing: number): string {
  if (value === 0) return '0'
  const magnitude = Math.floor(Math.log10(spacing) + 1e-9)
  if (magnitude < -4 || Math.abs(value) >= 1e6) return formatNumber(value, 4)
  return Math.abs(value)
    .toFixed(Math.max(0, -magnitude))
    .replace(/^/, value < 0 ? MINUS : '')
}

/** A length of time for people: '0.4 s', '2 min 5 s', '3 h 12 min', '2 d 4 h'. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown'
  if (seconds < 9.95) return `${formatNumber(Math.max(0, seconds), seconds < 1 ? 1 : 2)} s`
  const units: readonly (readonly [name: string, seconds: number])[] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ]
  // Round to the smaller of the two units shown first, so that 119.6 s is 2 min and never '1 min 60 s'.
  const precision = seconds >= 86_400 ? 3600 : seconds >= 3600 ? 60 : 1
  let rest = Math.round(seconds / precision) * precision
  const parts: string[] = []
  for (const [name, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name}`)
  }
  return parts.slice(0, 2).join(' ')
}

/** A size in decimal units: '512 B', '1.5 MB'. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${formatNumber(value, value < 100 ? 2 : 3)} ${units[unit]}`
}

function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}
