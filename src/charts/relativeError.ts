/** |measured − predicted| / |predicted|; absolute where the prediction is 0. */
export function relativeError(measured: number, predicted: number): number {
  const difference = Math.abs(measured - predicted)
  return predicted === 0 ? difference : difference / Math.abs(predicted)
}
