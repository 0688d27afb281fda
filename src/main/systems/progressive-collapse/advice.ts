import { convergenceAdvice, type Advice, type Convergence } from '../linear-network/advice'
import { lossFactor } from './network'
import type { CollapseParams } from './params'
import { separationBound } from './theory'

/** Warnings about settings that are refused, do not converge, or leave the theory. Theory note 05, S-B and pitfalls. */
export function collapseAdvice(params: CollapseParams): Advice[] {
  const { K, n, data, inputs, width: d, network, initScale } = params
  const N = K * n
  const advice: Advice[] = []
  const warn = (name: keyof CollapseParams, message: string) => advice.push({ path: `params.${name}`, message })
  if (data === 'near-orthogonal' && inputs < N) {
    warn('inputs', `d_x = ${inputs} is below N = ${N}: orthogonal samples need d_x ≥ N, and the run will be refused.`)
  }
  if (network !== 'linear') return advice
  if (d <= 2 * K)
    warn('width', `d = ${d} ≤ 2K = ${2 * K}: no direction keeps the initial scale, which the bound needs.`)
  else if (data === 'orthogonal' && d !== N) {
    warn(
      'width',
      `The theory has d = N = ${N}; other widths follow it in practice, but the closed forms are for d = N.`,
    )
  }
  const bound = separationBound({ K, initScale })
  if (bound >= 1) {
    warn('initScale', `The bound 2(√K + 1) ε² = ${bound.toPrecision(3)} says nothing: take ε below ${vacuousScale(K)}.`)
  }
  const convergence = collapseConvergence(params)
  return convergence ? [...advice, ...convergenceAdvice(convergence)] : advice
}

/** Of orthonormal inputs, where all K singular values of Y Xᵀ are √n; null for other inputs, networks and starts. */
export function collapseConvergence(params: CollapseParams): Convergence | null {
  const { n, data, init, network } = params
  if (network !== 'linear' || data === 'gaussian' || init === 'he') return null
  const learningRate = params.learningRate * lossFactor(params)
  return { ...params, learningRate, largest: Math.sqrt(n), smallest: Math.sqrt(n) }
}

/** ε at which the bound is 1. */
function vacuousScale(K: number): string {
  return Math.sqrt(1 / separationBound({ K, initScale: 1 })).toPrecision(3)
}
