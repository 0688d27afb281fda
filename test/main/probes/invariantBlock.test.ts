import { describe, expect, it } from 'vitest'
import { identity, matmul, norm, transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { blockFrames, frameAngles, invarianceResidual } from '#main/probes/invariantBlock'
import { movedFrom } from '#main/probes/movedFrom'
import { expectClose } from '../../helpers/expectClose'

const [d, r, L, initScale] = [12, 2, 3, 0.3]
const orthogonal = (name: string, rows = d): Matrix => matrix(rows, d, random(1, name).orthogonal(rows, d))
const scaledBy = (A: Matrix, factor: number) => matrix(A.rows, A.cols, A.data.map((x) => factor * x)) // prettier-ignore
const rankTwo = (rows: number) =>
  matmul(matrix(rows, r, random(1, 'left').normal(rows * r)), matrix(r, d, random(1, 'right').normal(r * d)))

describe.each([
  { name: 'Case 1', outputs: r, layers: L - 1 },
  { name: 'Case 2', outputs: d, layers: L },
])('invariant block, $name', ({ outputs, layers }) => {
  const phi = rankTwo(outputs)
  const weights = ['Q1', 'Q2', 'Q3'].map((name, i) => scaledBy(orthogonal(name, i === L - 1 ? outputs : d), initScale))
  const frames = blockFrames(phi, weights, initScale)

  it('has d − 2r directions that neither target nor network sees', () => {
    const [N] = frames.block
    expect(frames.layers).toBe(layers)
    expect(N!.cols).toBe(d - 2 * r)
    const product = weights.reduce((below, W) => matmul(W, below))
    const seen = outputs === d ? matmul(phi, product, { transposeA: true }) : product
    // Twelve products of order 1.
    expectClose(norm(matmul(phi, N!).data), 0, { atol: 1e-13 })
    expectClose(norm(matmul(seen, N!).data), 0, { atol: 1e-13 })
  })

  it('has orthonormal frames in every layer', () => {
    frames.block.forEach((block, l) => {
      const rest = frames.rest[l]!
      const all = matrix(d, d, Float64Array.from({ length: d * d }, (_, at) => {
        const [i, j] = [Math.floor(at / d), at % d]
        return j < rest.cols ? rest.data[i * rest.cols + j]! : block.data[i * block.cols + j - rest.cols]!
      })) // prettier-ignore
      expectClose(matmul(all, all, { transposeA: true }).data, identity(d).data, { atol: 1e-14 })
    })
  })

  it('leaves no residual at the start, and sees a change of one entry', () => {
    expect(invarianceResidual(frames, weights, initScale)).toBeLessThan(1e-15)
    const changed = weights.map((W, i) => (i === 1 ? matrix(W.rows, W.cols, W.data.map((w, at) => w + (at === 5 ? 0.01 : 0))) : W)) // prettier-ignore
    expect(invarianceResidual(frames, changed, initScale)).toBeGreaterThan(1e-4)
  })

  it('has turned by nothing at the start', () => {
    const { right, left } = frameAngles(frames, weights[0]!, 1, initScale)
    expect(right).toHaveLength(d)
    expect(left).toHaveLength(d)
    // Projectors of rank d: d roundings.
    expect(Math.max(...right, ...left)).toBeLessThan(1e-13)
  })

  it.each([0.3, 1e-9])('measures an angle of %f between block and rest, on either side', (angle) => {
    const start = weights[0]!
    const turned = turn(frames.rest[0]!, frames.block[0]!, angle)
    // Learned values apart from ρ, so that every direction has a subspace of its own.
    const learned = frames.rest[0]!.cols
    const grown = matrix(d, d, start.data.slice())
    for (let k = 0; k < learned; k++) addOuter(grown, 1 + k, column(frames.rest[1]!, k), column(frames.rest[0]!, k))
    const right = frameAngles(frames, matmul(grown, transpose(turned)), 1, initScale)
    // Two roundings of the angle's sine.
    expectClose(right.right[learned]!, angle, { rtol: 1e-6, atol: 1e-14 })
    expectClose(Math.max(...right.right.subarray(learned + 1)), 0, { atol: 1e-13 })
    expectClose(Math.max(...right.left), 0, { atol: 1e-13 })
  })
})

describe('refusals', () => {
  it('say what is wrong', () => {
    const weights = [scaledBy(orthogonal('Q1'), initScale)]
    expect(() => blockFrames(matrix(3, 4), weights, initScale)).toThrow(/Φ is 3 × 4, the network 12 × 12/)
    expect(() => blockFrames(orthogonal('Φ'), weights, initScale)).toThrow(/width d = 12 above 2 rank Φ/)
  })
})

describe('movedFrom', () => {
  it('subtracts the shrunk start', () => {
    expect(movedFrom(matrix(1, 2, Float64Array.of(2, 4)), matrix(1, 2, Float64Array.of(1, 3)), 0.5).data).toEqual(
      Float64Array.of(0, 1),
    )
  })
})

function column({ rows, cols, data }: Matrix, j: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!)
}

/** A ← A + factor u vᵀ */
function addOuter(A: Matrix, factor: number, u: Float64Array, v: Float64Array): void {
  u.forEach((x, i) => v.forEach((y, j) => (A.data[i * A.cols + j]! += factor * x * y)))
}

/** Turns the first columns of two frames into each other: an orthogonal d × d matrix. */
function turn(rest: Matrix, block: Matrix, angle: number): Matrix {
  const [u, v] = [column(rest, 0), column(block, 0)]
  const Q = identity(d)
  addOuter(Q, Math.cos(angle) - 1, u, u)
  addOuter(Q, Math.cos(angle) - 1, v, v)
  addOuter(Q, Math.sin(angle), u, v)
  addOuter(Q, -Math.sin(angle), v, u)
  return Q
}
