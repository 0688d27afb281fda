import { z } from 'zod'
import { singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { energyFraction, orthonormalBasis, principalAngles, subspaceOverlap } from '#main/spectra/index'
import { expectClose } from '../../helpers/expectClose'
import { numbers } from '../ufmCase'
import { parseFormula } from './formula'

export const topic = '04'

/** `conventions`: 1e-9 relative plus 1e-12 absolute; principal angles below 1e-6 count as 0. */
const DIRECT = { rtol: 1e-9, atol: 1e-12 }
/** The reference's arccos errs by eps/θ: 2e-10 at the smallest angle that counts. */
const ANGLES = { rtol: 1e-9, atol: 1e-9 }
const counting = (angles: ArrayLike<number>) => Array.from(angles, (angle) => (angle < 1e-6 ? 0 : angle))

const schema = z.object({ outputs: z.array(z.record(z.string(), z.union([z.string(), z.number(), numbers]))) })

/** Golden kind `metrics`: overlap, principal angles and energy fraction of subspaces given by formulas. */
export function check(given: unknown): void {
  for (const output of schema.parse(given).outputs) checkSubspaces(output)
}

function checkSubspaces(output: Readonly<Record<string, string | number | number[]>>): void {
  const text = (name: string) => z.string().parse(output[name])
  const shape = shapeOf(text('A')) ?? shapeOf(text('B'))
  if (!shape) throw new Error(`metrics: no ranges of i and j in "${text('A')}"`)
  const [A, B] = [matrixOf(text('A'), shape), matrixOf(text('B'), shape)]
  const v = parseFormula(formulaOf(text('v')))
  const vector = Float64Array.from({ length: A.rows }, (_, i) => v({ i, n: A.rows }))
  const [basisA, basisB] = [orthonormalBasis(A), orthonormalBasis(B)]
  const { energy, chi } = energyFraction(vector, basisA)
  for (const [name, expected] of Object.entries(output)) {
    if (typeof expected === 'string') continue
    const first = /^overlap_first(\d+)cols?_of_([AB])_vs_([AB])/.exec(name)
    if (name.startsWith('chi(')) expectClose(chi, expected, DIRECT, name)
    else if (name === 'chi_squared') expectClose(energy, expected, DIRECT, name)
    else if (name.startsWith('principal_angles')) {
      expectClose(counting(principalAngles(A, B)), counting(numbers.parse(expected)), ANGLES, name)
    } else if (name.startsWith('overlap (')) expectClose(subspaceOverlap(basisA, basisB), expected, DIRECT, name)
    else if (first) {
      const [left, right] = [first[2], first[3]].map((which) => (which === 'A' ? basisA : basisB))
      const overlap = subspaceOverlap(left!.slice(0, Number(first[1])), right!)
      expectClose(overlap, expected, DIRECT, name)
    } else if (name === 'singvals_A') expectClose(singularValues(A), expected, DIRECT, name)
    else if (name === 'singvals_B') expectClose(singularValues(B), expected, DIRECT, name)
    else if (name.startsWith('chance_level')) expectClose(basisA.length / A.rows, expected, DIRECT, name)
    else throw new Error(`metrics: nothing is known about "${name}"`)
  }
}

/** `A[i][j]=sin(…), i=0..6, j=0..2` is 7 × 3. */
function shapeOf(text: string): { rows: number; cols: number } | null {
  const [i, j] = ['i', 'j'].map((index) => new RegExp(`,\\s*${index}\\s*=\\s*0\\.\\.(\\d+)`).exec(text)?.[1])
  return i === undefined || j === undefined ? null : { rows: Number(i) + 1, cols: Number(j) + 1 }
}

function formulaOf(text: string): string {
  return text.replace(/^[^=]*=/, '').replace(/,\s*[ij]\s*=.*$/s, '')
}

/** A formula with ranges of its own has its own shape, else that of the others. */
function matrixOf(text: string, shared: { rows: number; cols: number }): Matrix {
  const { rows, cols } = shapeOf(text) ?? shared
  const entry = parseFormula(formulaOf(text))
  const data = Float64Array.from({ length: rows * cols }, (_, at) => {
    return entry({ i: Math.floor(at / cols), j: at % cols, rows, cols, n: rows })
  })
  return matrix(rows, cols, data)
}
