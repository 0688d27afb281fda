/** How many numbers arrays of these shapes hold together. */
export function numbersIn(arrays: readonly { readonly shape: readonly number[] }[]): number {
  return arrays.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
}
