import { describe, expect, it } from 'vitest'
import { matmul, norm, singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { numericalRank } from '#main/probes/numericalRank'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { graphNetwork, graphSolution, graphVertices, incidenceMatrix } from '#main/systems/deep-ufm/graphSolution'
import { expectClose } from '../../../helpers/expectClose'

describe('graph solution', () => {
  it.each([4, 5, 6, 7])('has the norms of its matrices in closed form for r = %i', (r) => {
    const T = incidenceMatrix(r)
    const { K, nuclearNorm, readoutNorm } = graphSolution({ r, L: 4, n: 1, lambda: 0.001 })
    expectClose(singularValues(T).reduce((sum, s) => sum + s, 0), nuclearNorm, { rtol: 1e-13 }) // prettier-ignore
    // Tᵀ(I − J/4)T is 1 on the diagonal, 0 for edges with a common vertex, −1 for others: its ReLU is I.
    const centred = matrix(
      r,
      r,
      Float64Array.from({ length: r * r }, (_, at) => (at % (r + 1) === 0 ? 0.75 : -0.25)),
    )
    const readout = matmul(T, centred, { transposeA: true })
    expectClose(norm(readout.data) ** 2, readoutNorm, { rtol: 1e-13 })
    const scores = matmul(readout, T)
    expect(scores.data.map((x, at) => Math.max(x, 0) - (at % (K + 1) === 0 ? 1 : 0)).every((x) => x === 0)).toBe(true)
    expect(numericalRank(singularValues(scores), 1e-9)).toBe(r === 4 ? 3 : r)
  })

  it('is realised by a balanced network', async () => {
    const size = { r: 5, L: 5, n: 2, lambda: 0.002 }
    await withSnapshot({ ...graphNetwork(size), variant: { loss: 'mse', activation: 'relu' } }, async (snapshot) => {
      const { data, regularisation } = await snapshot.loss()
      expectClose(data + regularisation, graphSolution(size).loss!, { rtol: 1e-13 })
      const norms = Object.values(await snapshot.parameters()).map((values) => norm(values))
      expectClose(norms, norms.map(() => norms[0]!), { rtol: 1e-13 }) // prettier-ignore
    })
  })

  it('beats collapse from L = 4 on, with the ratios of the note, and not for L = 3 up to r = 11', () => {
    const ratio = (r: number, L: number) => graphSolution({ r, L, n: 3, lambda: 0.001 }).ratio
    expectClose([ratio(4, 4), ratio(4, 5), ratio(5, 4), ratio(5, 5)], [0.96327, 0.90596, 0.90136, 0.81704], {
      atol: 5e-6,
    })
    for (let r = 4; r <= 11; r++) expect(ratio(r, 3)).toBeGreaterThan(1)
  })

  it('says where there is none', () => {
    expect([6, 10, 15, 7, 3].map(graphVertices)).toEqual([4, 5, 6, null, null])
    expect(graphSolution({ r: 4, L: 4, n: 1, lambda: 1 }).gain).toBeNull()
    expect(() => graphNetwork({ r: 4, L: 4, n: 1, lambda: 1 })).toThrow(/λ = 1 leaves only the zero network/)
    expect(() => graphSolution({ r: 3, L: 4, n: 1, lambda: 1 })).toThrow(/r = 3.*r ≥ 4/)
  })
})
