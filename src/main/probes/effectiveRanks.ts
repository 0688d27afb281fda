/** Σσ²/σ_1² of descending singular values: from 1 to the rank; 0 for a zero matrix. Theory note 02, section c2. */
export function stableRank(singularValues: Float64Array): number {
  const largest = singularValues[0] ?? 0
  return largest === 0 ? 0 : powerSum(singularValues, 2, largest)
}

/** e^{−Σ q ln q} with q = σ/Σσ: how many directions share the spectrum; 0 for a zero matrix. Theory note 02, c2. */
export function effectiveRank(singularValues: Float64Array): number {
  const largest = singularValues[0] ?? 0
  if (largest === 0) return 0
  const total = powerSum(singularValues, 1, largest)
  let entropy = 0
  for (const sigma of singularValues) {
    const q = sigma / largest / total
    if (q > 0) entropy -= q * Math.log(q)
  }
  return Math.exp(entropy)
}

/** (Σσ²)²/Σσ⁴; 0 for a zero matrix. Theory note 02, c2. */
export function participationRatio(singularValues: Float64Array): number {
  const largest = singularValues[0] ?? 0
  return largest === 0 ? 0 : powerSum(singularValues, 2, largest) ** 2 / powerSum(singularValues, 4, largest)
}

/** Σ (σ/σ_1)^p: ratios first, so that powers neither overflow nor vanish. */
function powerSum(singularValues: Float64Array, power: number, largest: number): number {
  return singularValues.reduce((sum, sigma) => sum + (sigma / largest) ** power, 0)
}
