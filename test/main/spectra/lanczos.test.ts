import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '#main/compute/rng/random'
import { denseSpectrum } from '#main/spectra/denseSpectrum'
import { lanczos, lanczosQuadrature, type LanczosResult } from '#main/spectra/lanczos'
import { SEMI_ORTHOGONAL } from '#main/spectra/lanczosProcess'
import { orthogonalityDefect } from '#main/spectra/orthogonalityDefect'
import { ritzVectors } from '#main/spectra/ritzPairs'
import { VectorStack } from '#main/spectra/vectorStack'
import { expectClose } from '../../helpers/expectClose'
import { diagonalOperator, residualOf, rotatedOperator } from './operators'

const spread = Float64Array.from({ length: 60 }, (_, i) => Math.sin(1 + i) + (i === 7 ? 5 : 0))

describe('lanczos', () => {
  it('finds the whole spectrum when run to the end', async () => {
    const operator = rotatedOperator(spread)
    const run = await lanczos(operator, { steps: 100, start: random(1, 'start').normal(60) })
    expect(run.stopped).toBe('breakdown')
    // ‖H‖ = 6, 60 steps of rounding: 1e-12 leaves two digits of margin.
    expectClose(run.nodes, spread.toSorted(), { atol: 1e-12 })
    expectClose(run.nodes.toReversed(), (await denseSpectrum(operator)).values, { atol: 1e-12 })
    expect(orthogonalityDefect(run.basis)).toBeLessThan(1e-13)
  })

  it('estimates the residuals of its Ritz pairs', async () => {
    const operator = rotatedOperator(spread)
    const run = await lanczos(operator, { steps: 20, start: random(2, 'start').normal(60) })
    const chosen = [0, 5, 19]
    for (const [k, y] of ritzVectors(run.basis, run, chosen).entries()) {
      const i = chosen[k]!
      expectClose(await residualOf(operator, run.nodes[i]!, y), run.residualEstimates[i]!, { atol: 1e-13 })
    }
  })

  it('gives a quadrature rule that is exact to degree 2m − 1 and not beyond', async () => {
    const m = 4
    const v = random(3, 'start').normal(60)
    const square = v.reduce((total, x) => total + x * x, 0)
    const run = await lanczos(diagonalOperator(spread), { steps: m, start: v })
    const gaps = Array.from({ length: 2 * m + 1 }, (_, k) => {
      const exact = spread.reduce((total, e, i) => total + (v[i]! ** 2 / square) * e ** k, 0)
      return exact - run.nodes.reduce((total, node, i) => total + run.weights[i]! * node ** k, 0)
    })
    // Powers up to 6⁷ = 3e5 with a few dozen roundings each.
    expectClose(gaps.slice(0, 2 * m), new Float64Array(2 * m), { atol: 1e-9 })
    // The first power that is missed is missed by ‖p_m‖² = β_1² … β_m², p_m the monic orthogonal polynomial.
    const missed = run.beta.reduce((product, b) => product * b ** 2, run.lastBeta ** 2)
    expectClose(gaps[2 * m]!, missed, { rtol: 1e-6 })
  })

  it('sees each distinct eigenvalue once, then breaks down', async () => {
    const values = Float64Array.from({ length: 50 }, (_, i) => [3, 1, 0][i % 3]!)
    const run = await lanczos(rotatedOperator(values), { steps: 40, start: random(4, 'start').normal(50) })
    expect(run).toMatchObject({ steps: 3, stopped: 'breakdown' })
    expectClose(run.nodes, [0, 1, 3], { atol: 1e-13 })
  })

  it('gives the same bits in memory that an earlier run has used', async () => {
    const operator = rotatedOperator(spread)
    const from = (seed: number) => ({ steps: 20, start: random(seed, 'start').normal(60) })
    const memory = new VectorStack(60, 'float64')
    await lanczos(operator, { ...from(1), steps: 25, memory })
    const again = await lanczos(operator, { ...from(2), memory })
    expect(again).toEqual(await lanczos(operator, from(2)))
    const short = { memory: new VectorStack(59, 'float64') }
    await expect(lanczos(operator, { ...from(2), ...short })).rejects.toThrow(
      /memory is for .* 59 .*needs float64 and 60/,
    )
  })

  it('keeps inner products below √ε with few passes over the basis, and gives the nodes and weights of a full one', async () => {
    // Isolated values are where orthogonality is lost: each that converges brings its direction back.
    const spectrum = fc.record({
      outliers: fc.array(fc.double({ min: 2, max: 1e4, noNaN: true }), { maxLength: 6 }),
      seed: fc.nat(1000),
    })
    await fc.assert(
      fc.asyncProperty(spectrum, async ({ outliers, seed }) => {
        const bulk = random(seed, 'bulk').uniform(500)
        const operator = diagonalOperator(Float64Array.of(...outliers, ...bulk))
        const options = { steps: 90, start: random(seed, 'start').normal(operator.n) }
        const full = await lanczos(operator, options)
        const semi = await lanczos(operator, { ...options, orthogonality: 'semi' })
        expect(orthogonalityDefect(semi.basis)).toBeLessThan(SEMI_ORTHOGONAL)
        expect(semi.steps).toBe(full.steps)
        // Simon 1984: T is the projection of H up to ε ‖H‖; 90 steps of rounding on top.
        const atol = 1e-13 * Math.max(1, ...outliers)
        expectClose(semi.nodes, full.nodes, { atol })
        const moments = ({ nodes, weights }: LanczosResult) => [0, 1, 2].map((k) => nodes.reduce((sum, node, i) => sum + weights[i]! * node ** k, 0)) // prettier-ignore
        expectClose(moments(semi), moments(full), { rtol: 1e-11 })
      }),
      // With one kind of rounding in the estimate, what had grown was a hundred times as large here.
      { numRuns: 40, examples: [[{ outliers: [2.3670976567162914], seed: 402 }]] },
    )
  })

  it('gives the quadrature rule alone with the nodes and weights of the Ritz pairs', async () => {
    const operator = rotatedOperator(spread)
    const options = { steps: 30, start: random(2, 'start').normal(60) }
    const { nodes, weights } = await lanczos(operator, options)
    const rule = await lanczosQuadrature(operator, options)
    expectClose(rule.nodes, nodes, { atol: 1e-14 })
    expectClose(rule.weights, weights, { atol: 1e-14 })
    expect(rule).toMatchObject({ steps: 30, stopped: 'steps' })
  })

  it('handles one dimension and the zero operator', async () => {
    const one = await lanczos(diagonalOperator([-2]), { steps: 5, start: Float64Array.of(3) })
    expect(one).toMatchObject({ steps: 1, stopped: 'breakdown' })
    expectClose(one.nodes, [-2], { atol: 1e-15 })
    const zero = await lanczos(diagonalOperator(new Float64Array(8)), { steps: 5, start: new Float64Array(8).fill(1) })
    expect(zero).toMatchObject({ steps: 1, stopped: 'breakdown' })
    expectClose([...zero.nodes, ...zero.weights], [0, 1], { atol: 1e-15 })
  })

  it('stays orthogonal to deflated vectors', async () => {
    const e7 = Float64Array.from({ length: 60 }, (_, i) => (i === 7 ? 1 : 0))
    const start = random(5, 'start').normal(60)
    const run = await lanczos(diagonalOperator(spread), { steps: 60, start, deflated: [e7] })
    expectClose(
      run.nodes.at(-1)!,
      spread
        .filter((_, i) => i !== 7)
        .toSorted()
        .at(-1)!,
      { atol: 1e-12 },
    )
    expect(Math.max(...run.basis.map((q) => Math.abs(q[7]!)))).toBeLessThan(1e-15)
  })

  it('keeps what it has when cancelled, on an asynchronous operator', async () => {
    const controller = new AbortController()
    const inner = diagonalOperator(spread)
    const slow = { n: 60, apply: async (x: Float64Array, y: Float64Array) => void (await inner.apply(x, y)) }
    const start = random(6, 'start').normal(60)
    const seen: number[] = []
    const run = await lanczos(slow, {
      steps: 30,
      start,
      signal: controller.signal,
      onProgress: (done) => (seen.push(done), done === 7 ? controller.abort() : undefined),
    })
    expect(run).toMatchObject({ steps: 7, stopped: 'cancelled' })
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7])
    const short = await lanczos(inner, { steps: 7, start })
    expect(run.nodes).toEqual(short.nodes)
    const none = await lanczos(slow, { steps: 3, start, signal: controller.signal })
    expect(none).toMatchObject({ steps: 0, stopped: 'cancelled' })
    expect(none.nodes).toHaveLength(0)
  })

  it('says what is wrong with its input', async () => {
    const operator = diagonalOperator([1, 2, 3])
    const ones = new Float64Array(3).fill(1)
    await expect(lanczos(operator, { steps: 0, start: ones })).rejects.toThrow(/steps is 0.*at least 1/)
    await expect(lanczos(operator, { steps: 2, start: new Float64Array(4) })).rejects.toThrow(/4 entries.*needs 3/)
    await expect(lanczos(operator, { steps: 2, start: new Float64Array(3) })).rejects.toThrow(/not zero/)
    const unit = Float64Array.of(0, 1, 0)
    await expect(lanczos(operator, { steps: 2, start: unit, deflated: [unit] })).rejects.toThrow(/deflated space/)
    await expect(lanczos(diagonalOperator([1, NaN, 3]), { steps: 2, start: ones })).rejects.toThrow(/not finite/)
  })
})
