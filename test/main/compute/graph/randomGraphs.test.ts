import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { definitions } from '#main/compute/graph/primitives/index'
import { ancestors, grad, hessianVectorProduct, jvp, vjp } from '#main/compute/graph/transforms'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'
import { interpret } from './interpreter'
import { buildGraph, choices, type RandomGraph } from './randomGraphs'

// Fixed, so that a failure is one for everybody; a new seed is a good way to look for more.
const settings = { seed: 20250607, numRuns: 150 }

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const join = (arrays: readonly Float64Array[]) => Float64Array.from(arrays.flatMap((array) => [...array]))
const directionOf = ({ directions, values }: RandomGraph) => join(directions.map((node) => values.get(node)!))

function moved({ inputs, directions, values }: RandomGraph, h: number): Map<Node, Float64Array> {
  const shifted = new Map(values)
  inputs.forEach((node, i) => {
    const v = values.get(directions[i]!)!
    shifted.set(
      node,
      values.get(node)!.map((x, j) => x + h * v[j]!),
    )
  })
  return shifted
}

describe('random graphs', () => {
  it('use every primitive that has a derivative', () => {
    const used = new Map<string, number>()
    for (const list of fc.sample(choices, settings)) {
      const { loss, inputs, directions } = buildGraph(list)
      const made = ancestors([loss, ...hessianVectorProduct(loss, inputs, directions)])
      for (const op of new Set(made.map((node) => node.primitive.op))) used.set(op, (used.get(op) ?? 0) + 1)
    }
    const missing = Object.keys(definitions).filter((op) => !['oneHot', 'perReplica'].includes(op) && !used.has(op))
    expect(missing).toEqual([])
  })

  it('give in a program with reused memory what keeping every value gives', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        const graph = buildGraph(list)
        const { inputs, directions, nodes, loss, values } = graph
        const outputs = [
          nodes.at(-1)!,
          loss,
          ...grad(loss, inputs),
          ...hessianVectorProduct(loss, inputs, directions),
          // A reshape of an input and of a value that others overwrite.
          ops.reshape(inputs[0]!, [48]),
        ]
        const compiled = await evaluate(outputs, values)
        const expected = interpret(outputs, values)
        // Some hundred roundings, amplified by a few divisions.
        compiled.forEach((value, i) => expectClose(value, expected[i]!, { rtol: 1e-9, atol: 1e-10 }, `output ${i}`))
      }),
      settings,
    )
  })

  it('have the gradient of central differences', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        const graph = buildGraph(list)
        const gradient = join(await evaluate(grad(graph.loss, graph.inputs), graph.values))
        const h = 1e-6
        const [ahead] = await evaluate([graph.loss], moved(graph, h))
        const [behind] = await evaluate([graph.loss], moved(graph, -h))
        const v = directionOf(graph)
        const size = gradient.reduce((sum, g, i) => sum + Math.abs(g * v[i]!), 1)
        // Rounding of the loss (1e-14) over 2 h, and h² times a third derivative.
        expectClose(dot(gradient, v), (ahead![0]! - behind![0]!) / (2 * h), { atol: 1e-6 * size })
      }),
      settings,
    )
  })

  it('have adjoint tangents and cotangents', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        const graph = buildGraph(list)
        const output = graph.nodes.at(-1)!
        const cotangent = ops.tanh(ops.add(output, ops.fill(output, output.shape, 0.3)))
        const [tangent, pushed, ...pulled] = await evaluate(
          [...jvp([output], graph.inputs, graph.directions), cotangent, ...vjp(output, cotangent, graph.inputs)],
          graph.values,
        )
        const [back, v] = [join(pulled), directionOf(graph)]
        const size = back.reduce((sum, g, i) => sum + Math.abs(g * v[i]!), 1)
        expectClose(dot(tangent!, pushed!), dot(back, v), { atol: 1e-11 * size })
      }),
      settings,
    )
  })

  it('have symmetric Hessians', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        const graph = buildGraph(list)
        const { inputs, directions, loss, values } = graph
        // uᵀ H v = vᵀ H u with u = (v in reverse order).
        const u = directions.map((node) => values.get(node)!.slice().reverse())
        const product = hessianVectorProduct(loss, inputs, directions)
        const swapped = new Map(values)
        directions.forEach((node, i) => swapped.set(node, u[i]!))
        const [hv, hu] = [join(await evaluate(product, values)), join(await evaluate(product, swapped))]
        const size = hv.reduce((sum, value) => sum + Math.abs(value), 1) * 4
        expectClose(dot(join(u), hv), dot(directionOf(graph), hu), { atol: 1e-11 * size })
      }),
      settings,
    )
  })

  it('have the Hessian product of central differences', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        const graph = buildGraph(list)
        const { inputs, directions, loss, values } = graph
        const product = join(await evaluate(hessianVectorProduct(loss, inputs, directions), values))
        const gradient = grad(loss, inputs)
        const h = 1e-6
        const ahead = join(await evaluate(gradient, moved(graph, h)))
        const behind = join(await evaluate(gradient, moved(graph, -h)))
        const size = product.reduce((sum, value) => sum + Math.abs(value), 1)
        expectClose(
          product,
          ahead.map((value, i) => (value - behind[i]!) / (2 * h)),
          { atol: 2e-6 * size },
        )
      }),
      settings,
    )
  })
})
