/**
 * The zero of a function that is ≤ 0 at `below` and > 0 at `above`, to the last bit: halves the bracket until no double
 * lies inside it. `below` may be the larger end.
 */
export function bisect(f: (x: number) => number, below: number, above: number): number {
  for (;;) {
    const middle = below + (above - below) / 2
    if (middle === below || middle === above) return middle
    if (f(middle) <= 0) below = middle
    else above = middle
  }
}
