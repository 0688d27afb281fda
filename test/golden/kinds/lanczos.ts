import type { Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import { denseSpectrum } from '#main/spectra/denseSpectrum'
import { gaussianMixture } from '#shared/gaussianMixture'
import { lanczos } from '#main/spectra/lanczos'
import { expectClose } from '../../helpers/expectClose'
import { fieldsOf } from './fields'
import { parseMatrix, parseStart } from './matrixFormula'

/**
 * Golden kind `lanczos`: one Lanczos run on a matrix given by a formula, its quadrature rule, density and moments,
 * and the exact spectrum.
 *
 * Allowances: the files state 1e-8 for eigenvalues. A recurrence of m ≤ 100 steps in float64 with full
 * reorthogonalisation magnifies rounding by ‖H‖ / min β, at most about 1e4 here: 1e-9 · ‖H‖.
 */
export async function check(given: unknown): Promise<void> {
  const c = fieldsOf(given)
  const A = parseMatrix(c.text('matrix'), c.number('size'))
  const operator = matrixOperator(A)
  const norm = A.data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0)
  const entries = { rtol: 1e-9, atol: 1e-9 * norm }
  const run = await lanczos(operator, {
    steps: c.number('steps_requested'),
    start: parseStart(c.text('start'), c.number('size')),
  })
  expectClose(run.steps, c.number('steps_done'), {}, 'steps_done')
  if (run.steps < c.number('steps_requested') && run.stopped !== 'breakdown') {
    throw new Error(`lanczos ended early with "${run.stopped}", expected a breakdown`)
  }
  expectClose(run.alpha, c.numbers('alpha'), entries, 'alpha')
  expectClose(run.beta, c.numbers('beta'), entries, 'beta')
  expectClose(run.nodes, c.numbers('nodes_asc'), entries, 'nodes_asc')
  expectClose(run.weights, c.numbers('weights'), { rtol: 1e-8, atol: 1e-10 }, 'weights')
  if (c.has('residual_estimates')) {
    expectClose(run.residualEstimates, c.numbers('residual_estimates'), entries, 'residual_estimates')
  }
  if (c.has('density')) {
    const density = gaussianMixture([run], c.numbers('density_grid'), c.number('sigma'))
    // In the tail a node's error δ counts as δ (t − θ)/σ² relative: 1e-9 · 10 / 0.1² = 1e-6, on values of no size.
    expectClose(density, c.numbers('density'), { rtol: 1e-7, atol: 1e-10 / c.number('sigma') }, 'density')
  }
  if (c.has('moments')) {
    const moments = Array.from(c.numbers('moments'), (_, k) =>
      run.nodes.reduce((total, node, i) => total + run.weights[i]! * node ** k, 0),
    )
    expectClose(moments, c.numbers('moments'), { rtol: 1e-9, atol: 1e-12 }, 'moments')
  }
  if (c.has('exact_eigs_asc')) {
    const { values } = await denseSpectrum(operator)
    expectClose(values.toReversed(), c.numbers('exact_eigs_asc'), { atol: 1e-9 * norm }, 'exact_eigs_asc')
  }
}

function matrixOperator({ rows: n, data }: Matrix): LinearOperator {
  return {
    n,
    apply(x, y) {
      for (let i = 0; i < n; i++) {
        let total = 0
        for (let j = 0; j < n; j++) total += data[i * n + j]! * x[j]!
        y[i] = total
      }
    },
  }
}
