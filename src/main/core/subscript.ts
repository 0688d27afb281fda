/** A whole number as a lower index: `W${subscript(12)}` is 'W₁₂'. */
export function subscript(index: number): string {
  return Array.from(String(index), (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('')
}
