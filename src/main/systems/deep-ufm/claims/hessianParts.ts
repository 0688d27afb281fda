import type { ClaimCheck } from '#shared/records'
import { matmul } from '#main/compute/linalg/index'
import type { ExactClaim } from '#main/core/system'
import type { Snapshot } from '#main/core/snapshot'
import { layerDecomposition } from '#main/probes/classDecomposition'
import { materialise } from '#main/spectra/index'
import { blockHessian } from './blockHessian'
import { atMost, largestDifference } from '../../claimChecks'
import { formulaParameters, formulaVector } from '../formulaParameters'
import { withSnapshot, type UfmState } from './withTraining'

/** Theory note 01, section 6, C16. */
const TOLERANCE = 1e-12

/** Generic points: full rank, nowhere near a critical point; MSE and cross-entropy, unequal widths and decays. */
const states: readonly (UfmState & { readonly name: string })[] = [
  { K: 3, n: 2, widths: [4, 4], lamH: 0.03, lamW: [0.01, 0.02], loss: 'mse' as const },
  { K: 2, n: 3, widths: [4, 3, 5], lamH: 0.03, lamW: [0.01, 0.02, 0.005], loss: 'mse' as const },
  { K: 4, n: 2, widths: [4, 5], lamH: 0.01, lamW: [0.01, 0.02], loss: 'ce' as const },
].map(({ loss, ...config }) => ({
  name: `${loss}, K = ${config.K}, L = ${config.widths.length}`,
  config,
  variant: { loss, activation: 'linear' },
  parameters: formulaParameters(
    config,
    [0.7, 0.6, 0.5, 0.8].map((amp, i) => ({ amp, phase: 0.1 + i })),
  ),
}))

/** H = G + E + λI, the class decomposition sums to G_l, and products agree with a dense Hessian. */
export const hessianPartsClaim: ExactClaim = {
  kind: 'exact',
  id: '01.C16',
  title: 'Hess = G + E + λI, and the class terms sum to G_l',
  source: 'Theory note 01, section 6, C16; decomposition after Papyan 2019, arXiv:1901.08244',
  async check() {
    const checks: ClaimCheck[] = []
    for (const state of states) {
      const ofState = await withSnapshot(state, (snapshot) => checkState(snapshot))
      checks.push(...ofState.map((check) => ({ ...check, label: `${state.name}: ${check.label}` })))
    }
    return checks
  },
}

async function checkState(snapshot: Snapshot): Promise<ClaimCheck[]> {
  const checks = [atMost('max |Hv − Gv − Ev − λv|', await partsDefect(snapshot), TOLERANCE)]
  for (const { name, layer } of snapshot.model.parameters.filter((parameter) => parameter.layer > 0)) {
    const terms = await layerDecomposition(snapshot, layer)
    const gaussNewton = await materialise(snapshot.hessian('gaussNewton', [name]))
    const factors = [terms.class, terms.cross, terms.within, ...(terms.same ? [terms.same] : [])]
    const sum = new Float64Array(gaussNewton.data.length)
    for (const factor of factors) {
      matmul(factor, factor, { transposeB: true }).data.forEach((value, at) => (sum[at]! += value))
    }
    checks.push(atMost(`max |Σ terms − G| of ${name}`, largestDifference(sum, gaussNewton.data), TOLERANCE))
  }
  if (snapshot.model.loss === 'mse') {
    const products = await materialise(snapshot.hessian('data'))
    const closed = await blockHessian(snapshot)
    checks.push(atMost('max |products − dense Hessian|', largestDifference(products.data, closed.data), TOLERANCE))
  }
  return checks
}

async function partsDefect(snapshot: Snapshot): Promise<number> {
  const total = snapshot.hessian('total')
  const v = formulaVector(total.n, 0.4)
  const sum = new Float64Array(total.n)
  const product = new Float64Array(total.n)
  for (const part of ['gaussNewton', 'residual'] as const) {
    await snapshot.hessian(part).apply(v, product)
    product.forEach((value, i) => (sum[i]! += value))
  }
  let start = 0
  for (const { shape, weightDecay } of snapshot.model.parameters) {
    const end = start + shape.reduce((size, extent) => size * extent, 1)
    for (let i = start; i < end; i++) sum[i]! += weightDecay * v[i]!
    start = end
  }
  await total.apply(v, product)
  return largestDifference(product, sum)
}
