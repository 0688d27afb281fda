/**
 * Which points of a curve to draw: per bucket (one pixel column) the first, lowest, highest and last, so that every
 * extreme stays; nothing is averaged away. Points without a position (NaN) stay as gaps.
 *
 * @param x ascending positions on the axis
 * @param y positions on the axis, NaN where the value has none
 * @returns ascending indices; all of them when there are no more than four per bucket anyway
 */
export function downsample(x: Float64Array, y: Float64Array, buckets = 600): number[] {
  const n = x.length
  if (n <= 4 * buckets) return Array.from({ length: n }, (_, i) => i)
  const [from, to] = [x[0]!, x[n - 1]!]
  const bucketOf = (i: number) => Math.min(buckets - 1, Math.floor(((x[i]! - from) / (to - from)) * buckets))
  const kept: number[] = []
  let [start, bucket] = [0, bucketOf(0)]
  for (let end = 1; end <= n; end++) {
    const next = end < n ? bucketOf(end) : -1
    if (next === bucket) continue
    for (const i of extremesOf(y, start, end)) if (i >= 0 && i !== kept.at(-1)) kept.push(i)
    start = end
    bucket = next
  }
  return kept
}

/** Ascending, some of them twice, −1 where there is no such point. */
function extremesOf(y: Float64Array, start: number, end: number): number[] {
  let [lowest, highest, gap] = [-1, -1, -1]
  for (let i = start; i < end; i++) {
    if (Number.isNaN(y[i]!)) {
      gap = i
      continue
    }
    if (lowest < 0 || y[i]! < y[lowest]!) lowest = i
    if (highest < 0 || y[i]! > y[highest]!) highest = i
  }
  return [start, lowest, highest, gap, end - 1].sort((a, b) => a - b)
}
