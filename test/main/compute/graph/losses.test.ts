import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import type { Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { grad, hessianVectorProduct, jvp } from '#main/compute/graph/transforms'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'

/**
 * Logits (margin, 0, −1) with the first class true, and the direction u = (½, −2, 3), in 400 digits by mpmath and rounded to doubles:
 * −log p_1, p − y, (diag p − p pᵀ) u.
 */
const exact = [
  {
    margin: 1,
    loss: 0.4076059644443803,
    error: [-0.3347590442251781, 0.24472847105479764, 0.09003057317038046],
    curvature: [0.2572784436124637, -0.5171737275753825, 0.25989528396291883],
  },
  {
    margin: 36,
    loss: 3.1728275928179756e-16,
    error: [-3.172827592817975e-16, 2.3195228302435686e-16, 8.533047625744063e-17],
    curvature: [3.6655451691729047e-16, -5.798807075608921e-16, 2.1332619064360161e-16],
  },
  {
    margin: 40,
    loss: 5.811236444626578e-18,
    error: [-5.811236444626578e-18, 4.248354255291589e-18, 1.5628821893349888e-18],
    curvature: [6.7136801648915e-18, -1.0620885638228972e-17, 3.907205473337472e-18],
  },
  {
    margin: 100,
    loss: 5.088615447194689e-44,
    error: [-5.088615447194689e-44, 3.720075976020836e-44, 1.368539471173853e-44],
    curvature: [5.878841262117458e-44, -9.30018994005209e-44, 3.4213486779346323e-44],
  },
  {
    margin: 700,
    loss: 1.3486848840809292e-304,
    error: [-1.3486848840809292e-304, 9.85967654375977e-305, 3.6271722970495225e-305],
    curvature: [1.5581260616775621e-304, -2.4649191359399428e-304, 9.067930742623806e-305],
  },
]
const direction = Float64Array.of(0.5, -2, 3)
// An exponential, a division and K additions: a few ulp, however small the number.
const fewUlp = { rtol: 2e-15 }

function crossEntropy(shape: readonly number[] = [3, 1]) {
  const graph = new Graph()
  const [logits, targets, u] = [graph.input('f', shape), graph.input('y', shape), graph.input('u', shape)]
  const loss = ops.softmaxCrossEntropy(logits, targets)
  return { logits, targets, u, loss, error: grad(loss, [logits])[0]! }
}

describe('softmaxCrossEntropy', () => {
  it.each(exact)('has every digit of loss, error and curvature at a margin of $margin', async (row) => {
    const { logits, targets, u, loss, error } = crossEntropy()
    const values = new Map([
      [logits, Float64Array.of(row.margin, 0, -1)],
      [targets, Float64Array.of(1, 0, 0)],
      [u, direction],
    ])
    const products = [...hessianVectorProduct(loss, [logits], [u]), ...jvp([ops.softmax(logits)], [logits], [u])]
    const [value, gap, ...curved] = await evaluate([loss, error, ...products], values)
    expectClose(value!, [row.loss], fewUlp, 'loss')
    expectClose(gap!, row.error, fewUlp, 'error')
    for (const product of curved) expectClose(product, row.curvature, fewUlp, 'curvature')
  })

  it('has errors whose columns sum to 0 relative to their size, so that no rank-one mode grows from rounding', async () => {
    const { logits, targets, error } = crossEntropy([4, 3])
    const values = new Map([
      [logits, Float64Array.from({ length: 12 }, (_, i) => (Math.floor(i / 3) === i % 3 ? 60 * (1 + (i % 3)) : i / 5))],
      [targets, Float64Array.from({ length: 12 }, (_, i) => Number(Math.floor(i / 3) === i % 3))],
    ])
    const [gap] = await evaluate([error], values)
    for (const j of [0, 1, 2]) {
      const column = [0, 1, 2, 3].map((k) => gap![k * 3 + j]!)
      const others = column.filter((_, k) => k !== j).reduce((sum, value) => sum + value, 0)
      expectClose(column[j]!, -others, { rtol: 1e-15 })
    }
  })

  it('knows a hopeless fit and a tie', async () => {
    const { logits, targets, loss, error } = crossEntropy()
    const first = [targets, Float64Array.of(1, 0, 0)] as const
    const [value, gap] = await evaluate([loss, error], new Map([[logits, Float64Array.of(-700, 0, 0)], first]))
    expectClose(value!, [700 + Math.LN2], { rtol: 1e-15 })
    expectClose(gap!, [-1, 0.5, 0.5], { rtol: 1e-15 })
    const [even, signs] = await evaluate([loss, error], new Map([[logits, Float64Array.of(0, -0, 0)], first]))
    expectClose(even!, [Math.log(3)], { rtol: 1e-15 })
    expectClose(signs!, [-2 / 3, 1 / 3, 1 / 3], { rtol: 1e-15 })
  })

  it('excludes classes with a logit of −∞ and shows everything else that is not finite as NaN', async () => {
    const { logits, targets, loss, error } = crossEntropy()
    const at = async (...f: number[]) => {
      const inputs = new Map([
        [logits, Float64Array.from(f)],
        [targets, Float64Array.of(1, 0, 0)],
      ])
      const [value, gap] = await evaluate([loss, error], inputs)
      return { value: value![0]!, gap: [...gap!] }
    }
    const masked = await at(0, -Infinity, 0)
    expectClose(masked.value, Math.LN2, { rtol: 1e-15 })
    expectClose(masked.gap, [-0.5, 0, 0.5], { rtol: 1e-15 })
    expect((await at(-Infinity, 0, 0)).value).toBe(Infinity)
    for (const f of [
      [Infinity, 0, 0],
      [-Infinity, -Infinity, -Infinity],
      [0, NaN, 0],
    ]) {
      const { value, gap } = await at(...f)
      expect([value, ...gap], `logits ${f.join()}`).toEqual([NaN, NaN, NaN, NaN])
    }
  })

  it('takes soft targets', async () => {
    const { logits, targets, loss, error } = crossEntropy([2, 1])
    const values = new Map([
      [logits, Float64Array.of(1.5, -0.5)],
      [targets, Float64Array.of(0.25, 0.75)],
    ])
    const [value, gap] = await evaluate([loss, error], values)
    const p = 1 / (1 + Math.exp(-2))
    expectClose(value!, [-0.25 * Math.log(p) - 0.75 * Math.log(1 - p)], { rtol: 1e-15 })
    expectClose(gap!, [p - 0.25, 0.25 - p], { rtol: 1e-15 })
  })
})

describe('binaryCrossEntropy', () => {
  function binary() {
    const graph = new Graph()
    const [f, y, u] = [graph.input('f', [1]), graph.input('y', [1]), graph.input('u', [1])]
    const loss = ops.binaryCrossEntropy(f, y)
    const nodes: Node[] = [loss, ...grad(loss, [f]), ...hessianVectorProduct(loss, [f], [u])]
    return async (logit: number, target: number) => {
      const inputs = new Map([
        [f, Float64Array.of(logit)],
        [y, Float64Array.of(target)],
        [u, Float64Array.of(1)],
      ])
      return (await evaluate(nodes, inputs)).map(([value]) => value!)
    }
  }

  it('has every digit of loss, gradient and curvature, for fits good and bad', async () => {
    const at = binary()
    for (const f of [0, -0, 1, 30, 100, 700]) {
      const tiny = Math.exp(-f)
      const expected = [Math.log1p(tiny), tiny / (1 + tiny), tiny / (1 + tiny) ** 2]
      const [right, left] = [await at(f, 1), await at(-f, 0)]
      expectClose(right, [expected[0]!, -expected[1]!, expected[2]!], fewUlp, `y = 1, f = ${f}`)
      expectClose(left, expected, fewUlp, `y = 0, f = ${-f}`)
      expectClose(await at(-f, 1), [f + Math.log1p(tiny), -1 / (1 + tiny), expected[2]!], fewUlp, `y = 1, f = ${-f}`)
    }
  })

  it('takes soft targets', async () => {
    const [value, slope] = await binary()(0.8, 0.3)
    const p = 1 / (1 + Math.exp(-0.8))
    expectClose(value!, -0.3 * Math.log(p) - 0.7 * Math.log(1 - p), { rtol: 1e-14 })
    expectClose(slope!, p - 0.3, { rtol: 1e-14 })
  })
})

describe('logSumExp', () => {
  it('overflows nowhere and has the right limits', async () => {
    const graph = new Graph()
    const x = graph.input('x', [2, 6])
    const columns = [
      [1000, 1000],
      [-1000, -1000],
      [0, -800],
      [Infinity, 0],
      [-Infinity, -Infinity],
      [NaN, Infinity],
    ]
    const data = Float64Array.from([...columns.map(([a]) => a!), ...columns.map(([, b]) => b!)])
    const [result] = await evaluate([ops.logSumExp(x, 0)], new Map([[x, data]]))
    expect([...result!]).toEqual([1000 + Math.LN2, -1000 + Math.LN2, 0, Infinity, -Infinity, NaN])
  })
})
