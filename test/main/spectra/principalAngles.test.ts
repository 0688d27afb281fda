import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { columns, fromColumns } from '#main/spectra/columns'
import { principalAngles } from '#main/spectra/principalAngles'
import { expectClose } from '../../helpers/expectClose'

/** Columns cos θ_k e_k + sin θ_k e_{p+k}: exactly these angles to span(e_1 … e_p). */
function tilted(n: number, angles: readonly number[]) {
  const V = matrix(n, angles.length)
  angles.forEach((angle, k) => {
    V.data[k * V.cols + k] = Math.cos(angle)
    V.data[(angles.length + k) * V.cols + k] = Math.sin(angle)
  })
  return V
}

describe('principalAngles', () => {
  it('resolves tiny, middle and nearly right angles together', () => {
    const angles = [1e-14, 1e-9, 1e-5, 0.3, Math.PI / 4, 1.2, Math.PI / 2 - 1e-9]
    const n = 20
    const [U, V] = [tilted(n, angles.map(() => 0)), tilted(n, angles)] // prettier-ignore
    // Singular values are accurate to eps; an angle comes from the function that is at least cos π/4 steep.
    expectClose(principalAngles(U, V), angles, { atol: 1e-15, rtol: 1e-14 })
    expectClose(principalAngles(V, U), angles, { atol: 1e-15, rtol: 1e-14 })
  })

  it('does not depend on the bases', () => {
    const V = tilted(9, [1e-6, 0.5, 1])
    const mix = random(1, 'mix').normal(9)
    const mixed = fromColumns(
      [0, 1, 2].map((j) =>
        Float64Array.from({ length: 9 }, (_, i) => columns(V).reduce((t, v, k) => t + mix[3 * j + k]! * v[i]!, 0)),
      ),
    )
    expectClose(principalAngles(tilted(9, [0, 0, 0]), mixed), [1e-6, 0.5, 1], { atol: 1e-13 })
    expectClose(principalAngles(mixed, V), [0, 0, 0], { atol: 1e-13 })
  })

  it('handles spaces of different dimension', () => {
    const plane = matrix(3, 2, Float64Array.of(1, 0, 0, 1, 0, 0))
    const line = matrix(3, 1, Float64Array.of(0, Math.cos(0.2), Math.sin(0.2)))
    expectClose(principalAngles(plane, line), [0.2], { rtol: 1e-14 })
    expectClose(principalAngles(line, plane), [0.2], { rtol: 1e-14 })
    expect(principalAngles(plane, matrix(3, 0))).toHaveLength(0)
  })

  it('says what does not fit', () => {
    expect(() => principalAngles(matrix(3, 1), matrix(4, 1))).toThrow(/length 3 and 4/)
    const twice = matrix(2, 2, Float64Array.of(1, 2, 1, 2))
    expect(() => principalAngles(twice, matrix(2, 1, Float64Array.of(1, 0)))).toThrow(/column 2 depends/)
  })
})
