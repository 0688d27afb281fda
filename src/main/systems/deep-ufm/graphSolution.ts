import { LabError } from '#shared/errors'
import { dot, identity, matmul, svd } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { repeatColumns } from './repeatColumns'
import type { UfmConfig } from './config'
import type { UfmParameters } from './dncParameters'
import { gainAt, gainLoss } from './gain'

/** Sizes of the graph construction: K = r(r−1)/2 classes are the edges of the complete graph on r vertices. */
export interface GraphSize {
  /** Vertices, r ≥ 4. */
  readonly r: number
  /** Depth, L ≥ 3. */
  readonly L: number
  readonly n: number
  /** λ of every factor. */
  readonly lambda: number
}

/**
 * A low-rank solution of the ReLU MSE model with Z = m Y, our variant of the strongly regular graphs of Súkeník, Lampert,
 * Mondelli 2024, arXiv:2405.14468. An upper bound of the optimum: training finds lower losses. Theory note 02, D9.
 */
export interface GraphSolution {
  readonly K: number
  /** N_T = √(2r−2) + (r−1)√(r−2), the nuclear norm of the incidence matrix T. */
  readonly nuclearNorm: number
  /** c = (r−1)(r−2) + (2r−2)(1 − r/4)² = ‖Tᵀ(I − J/4)‖_F². */
  readonly readoutNorm: number
  /** m, null where only the zero network is critical. */
  readonly gain: number | null
  readonly loss: number | null
  /** (C_graph/C_DNC)^{1/(L+1)}: the graph solution beats collapse where it is below 1. */
  readonly ratio: number
}

/**
 * ½(m−1)² + λ/2 (L+1) C^{1/(L+1)} m^{2/(L+1)} with C = n N_T² r^{L−3} c K, minimised by the larger root of the gain equation
 * at coupling λ^{L+1} C; collapse has C = n K^{L+1}. Theory note 02, D9.
 *
 * @throws LabError 'bad-input' below r = 4 or L = 3
 */
export function graphSolution({ r, L, n, lambda }: GraphSize): GraphSolution {
  if (!(r >= 4 && L >= 3)) {
    throw new LabError('bad-input', `Graph solution: r = ${r}, L = ${L}; give r ≥ 4 vertices and a depth L ≥ 3.`, {
      r,
      L,
    })
  }
  const K = (r * (r - 1)) / 2
  const nuclearNorm = Math.sqrt(2 * r - 2) + (r - 1) * Math.sqrt(r - 2)
  const readoutNorm = (r - 1) * (r - 2) + (2 * r - 2) * (1 - r / 4) ** 2
  const logCost = Math.log(n) + 2 * Math.log(nuclearNorm) + (L - 3) * Math.log(r) + Math.log(readoutNorm) + Math.log(K)
  const gain = gainAt(L, (L + 1) * Math.log(lambda) + logCost)
  return {
    K,
    nuclearNorm,
    readoutNorm,
    gain: gain && gain.x,
    loss: gain && gainLoss(L, gain),
    ratio: Math.exp((logCost - Math.log(n)) / (L + 1)) / K,
  }
}

/** The r of K = r(r−1)/2; null where K classes are not the edges of a complete graph on at least four vertices. */
export function graphVertices(K: number): number | null {
  const r = (1 + Math.sqrt(1 + 8 * K)) / 2
  return Number.isInteger(r) && r >= 4 ? r : null
}

/** A network that realises the solution: widths r, …, r, K, so that H_1 … H_{L−1} have r rows and H_L has K. */
export interface GraphNetwork {
  readonly config: UfmConfig
  readonly parameters: UfmParameters
}

/**
 * H_l ∝ T ⊗ 1_nᵀ for 2 ≤ l ≤ L−1, W_l ∝ I_r for 2 ≤ l ≤ L−2, W_{L−1} ∝ Tᵀ(I − J/4), W_L ∝ I_K, and W_1, H_1 the balanced
 * factors of H_2. ReLU(Tᵀ(I − J/4)T) = I_K, while the argument has rank r (3 for r = 4). All factors get one norm.
 *
 * @throws LabError 'degenerate' where the weight decay leaves only the zero network
 */
export function graphNetwork(size: GraphSize): GraphNetwork {
  const { r, L, n, lambda } = size
  const { K, gain } = graphSolution(size)
  if (gain === null) {
    throw new LabError('degenerate', `Graph solution: λ = ${lambda} leaves only the zero network; give a lower one.`)
  }
  const T = incidenceMatrix(r)
  const readout = matmul(T, centring(r), { transposeA: true })
  const { left, right } = rootSplit(repeatColumns(T, n))
  const middle = Array<Float64Array>(L - 3).fill(identity(r).data)
  const bases = [right.data, left.data, ...middle, readout.data, identity(K).data]
  // Π a_j = m with a_j ‖B_j‖ the same for all factors a_j B_j.
  const squares = bases.map((base) => dot(base, base))
  const shared = Math.exp(squares.reduce((sum, square) => sum + Math.log(square), 2 * Math.log(gain)) / (L + 1))
  return {
    config: { K, n, widths: [...Array<number>(L - 1).fill(r), K], lamH: lambda, lamW: Array<number>(L).fill(lambda) },
    parameters: Object.fromEntries(
      bases.map((base, j) => {
        const factor = Math.sqrt(shared / squares[j]!)
        return [j === 0 ? 'H1' : `W${j}`, base.map((x) => factor * x)]
      }),
    ),
  }
}

/** T, r × K: which two vertices each edge joins. */
export function incidenceMatrix(r: number): Matrix {
  const K = (r * (r - 1)) / 2
  const T = matrix(r, K)
  let edge = 0
  for (let a = 0; a < r; a++) {
    for (let b = a + 1; b < r; b++, edge++) T.data[a * K + edge] = T.data[b * K + edge] = 1
  }
  return T
}

/** I − J/4, J the matrix of ones: an edge scores 1 on itself, 0 on its neighbours and −1 on the others. */
function centring(r: number): Matrix {
  const result = identity(r)
  return matrix(
    r,
    r,
    result.data.map((x) => x - 1 / 4),
  )
}

/** X = (U Σ^{1/2})(Σ^{1/2} Vᵀ). */
function rootSplit(X: Matrix): { left: Matrix; right: Matrix } {
  const { u, s, vt } = svd(X)
  const left = u.data.map((x, at) => x * Math.sqrt(s[at % u.cols]!))
  const right = vt.data.map((x, at) => x * Math.sqrt(s[Math.floor(at / vt.cols)]!))
  return { left: matrix(u.rows, u.cols, left), right: matrix(vt.rows, vt.cols, right) }
}
