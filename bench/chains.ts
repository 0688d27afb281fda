import type { Backend, Dtype } from '../src/main/compute/backends/backend'
import { createCpuBackend } from '../src/main/compute/backends/cpu/cpuBackend'
import type { Node } from '../src/main/compute/graph/node'
import * as ops from '../src/main/compute/graph/ops'
import { grad } from '../src/main/compute/graph/transforms'
import type { Program } from '../src/main/compute/program/compile'
import { callsPerSecond, median, type Benchmark } from './benchmark'
import { convStep } from './conv'
import { Workload } from './workload'

const ROUNDS = 5
const SECONDS = 0.1

interface Case {
  readonly name: string
  build(backend: Backend): Program
}

const CASES: readonly Case[] = [
  { name: 'MLP step, ReLU, CE, 128 samples', build: mlpStep(ops.relu, 128) },
  { name: 'MLP step, ReLU, CE, 1797 samples', build: mlpStep(ops.relu, 1797) },
  { name: 'MLP step, GELU, CE, 1797 samples', build: mlpStep(ops.gelu, 1797) },
  { name: 'conv net step', build: convStep },
  { name: 'GELU gradient, 16 × 20', build: gelu([16, 20]) },
  { name: 'GELU gradient, 512 × 256', build: gelu([512, 256]) },
  { name: 'batch norm gradient, 512 × 256', build: normalisation('batch', [512, 256]) },
  { name: 'layer norm gradient, 512 × 256', build: normalisation('layer', [512, 256]) },
  { name: 'Adam direction, 64 × 64', build: adamDirection([64, 64]) },
  { name: 'Adam direction, 512 × 256', build: adamDirection([512, 256]) },
  { name: 'tanh slopes, 128 × 1797', build: tanhSlopes([128, 1797]) },
  { name: 'batch norm gradient, 32 × 64', build: normalisation('batch', [32, 64]) },
]

/** Programs with and without chains of elementwise steps: their speed, and the memory of what is between. */
export const chains: Benchmark = {
  name: 'chains',
  summary: 'programs with elementwise steps in shared passes beside the same one by one: speed and memory',
  async run({ emit }) {
    for (const dtype of ['float64', 'float32'] as const satisfies readonly Dtype[]) {
      for (const { name, build } of CASES) {
        const programs = [true, false].map(async (chains) => build(await createCpuBackend({ dtype, chains })))
        const [together, apart] = await Promise.all(programs)
        if (!together || !apart) continue
        const rates = { together: [] as number[], apart: [] as number[] }
        for (let round = 0; round < ROUNDS; round++) {
          rates.together.push(callsPerSecond(() => together.run(), SECONDS))
          rates.apart.push(callsPerSecond(() => apart.run(), SECONDS))
        }
        const report = (metric: string, value: number) =>
          emit({ bench: 'chains', case: { program: name, dtype, backend: 'cpu' }, metric, value })
        report('calls a run', together.kernelCalls)
        report('calls a run one by one', apart.kernelCalls)
        report('runs per second', median(rates.together))
        report('ratio to one by one', median(rates.together.map((rate, i) => rate / (rates.apart[i] ?? NaN))))
        report('peak KiB', together.peakBytes / 1024)
        report('peak KiB one by one', apart.peakBytes / 1024)
      }
    }
  },
}

/** 64-128-128-10 with biases. */
function mlpStep(activation: (x: Node) => Node, samples: number): Case['build'] {
  return (backend) => {
    const work = new Workload(backend)
    const sizes = [64, 128, 128, 10]
    const trained: Node[] = []
    let features = work.given('inputs', [64, samples], 1)
    sizes.slice(1).forEach((rows, i) => {
      const cols = sizes[i] ?? 0
      const [w, b] = [work.given(`w${i}`, [rows, cols], cols ** -0.5), work.given(`b${i}`, [rows], 0.1)]
      const sums = ops.add(ops.matmul(w, features), ops.repeat(b, 1, samples))
      features = i + 2 < sizes.length ? activation(sums) : sums
      trained.push(w, b)
    })
    return work.step(work.crossEntropy(features), trained)
  }
}

function gelu(shape: readonly number[]): Case['build'] {
  return (backend) => {
    const work = new Workload(backend)
    const [x, weights] = [work.given('x', shape, 1), work.given('weights', shape, 1)]
    return work.values(grad(ops.total(ops.multiply(ops.gelu(x), weights)), [x]))
  }
}

function normalisation(kind: 'batch' | 'layer', [rows, cols]: readonly [number, number]): Case['build'] {
  return (backend) => {
    const work = new Workload(backend)
    const [x, weights] = [work.given('x', [rows, cols], 1), work.given('weights', [rows, cols], 1)]
    const [gain, bias] = [work.given('gain', [cols], 1), work.given('bias', [cols], 1)]
    const y = kind === 'batch' ? ops.batchNorm(x, 1, { gain, bias }) : ops.layerNorm(x, [1], { gain, bias })
    return work.values(grad(ops.total(ops.multiply(y, weights)), [x, gain, bias]))
  }
}

/** m̂ / (√v̂ + ε) */
function adamDirection(shape: readonly number[]): Case['build'] {
  return (backend) => {
    const work = new Workload(backend)
    const [first, second] = [work.given('first', shape, 1), work.given('second', shape, 1)]
    return work.values([ops.divide(first, ops.add(ops.sqrt(second), ops.fill(second, shape, 1e-8)))])
  }
}

/** What a layer of tanh hands back: e − e y². */
function tanhSlopes(shape: readonly number[]): Case['build'] {
  return (backend) => {
    const work = new Workload(backend)
    const [x, error] = [work.given('x', shape, 1), work.given('error', shape, 1)]
    return work.values(grad(ops.total(ops.multiply(ops.tanh(x), error)), [x]))
  }
}
