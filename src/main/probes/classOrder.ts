import { symmetricEigen } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'

/** Logits that differ by less than this fraction of the largest are taken as equal. */
const TIE = 1e-2

/**
 * Classes in an order that shows structure as blocks: each class is followed by the one that it repels most among those
 * left, the smallest number first among equals. Pairs and blocks of a block simplex stand together, and classes that all
 * repel each other alike, as at neural collapse, keep their order.
 *
 * Theory note 02, figure F2 and pitfall 3 ("sort by strongest negative partner").
 * @param classMeanLogits K × K, column k the mean output of class k
 * @returns a permutation of 0 … K − 1
 */
export function repulsionOrder(classMeanLogits: Matrix): number[] {
  const { rows: K, data } = classMeanLogits
  const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const mutual = (a: number, b: number) => (data[a * K + b]! + data[b * K + a]!) / 2
  const left = Array.from({ length: K }, (_, c) => c)
  const order = left.splice(0, 1)
  while (left.length > 0) {
    const last = order.at(-1)!
    const strongest = Math.min(...left.map((c) => mutual(last, c)))
    const next = left.findIndex((c) => mutual(last, c) <= strongest + TIE * largest)
    order.push(...left.splice(next, 1))
  }
  return order
}

/**
 * Classes by their angle in the plane of the two largest eigenvalues of the symmetric part of the class-mean logits: around
 * the polygon, where they form one. Theory note 02, D3.
 */
export function angularOrder(classMeanLogits: Matrix): number[] {
  const { rows: K, data } = classMeanLogits
  const symmetric = matrix(
    K,
    K,
    data.map((x, at) => (x + data[(at % K) * K + Math.floor(at / K)]!) / 2),
  )
  const { vectors } = symmetricEigen(symmetric)
  const angles = Array.from({ length: K }, (_, c) => Math.atan2(vectors.data[c * K + 1]!, vectors.data[c * K]!))
  return angles.map((_, c) => c).sort((a, b) => angles[a]! - angles[b]!)
}
