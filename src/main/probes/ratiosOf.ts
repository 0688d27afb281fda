/** y_{i+1}/y_i of neighbours; one fewer than there are values. */
export function ratiosOf(values: readonly number[]): Float64Array {
  return Float64Array.from(values.slice(1), (value, i) => value / values[i]!)
}
