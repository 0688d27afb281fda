import { describe, expect, it } from 'vitest'
import { parseFormula } from '../../golden/kinds/formula'
import { parseMatrix, parseStart } from '../../golden/kinds/matrixFormula'
import { expectClose } from '../../helpers/expectClose'

describe('parseFormula', () => {
  it.each([
    ['1+2*3-4/2', 5],
    ['-2^2', -4],
    ['2**3**2', 512],
    ['(i+1) j/2', 6],
    ['sqrt(2/40) cos(pi (i+0.5) j/40)', Math.sqrt(0.05) * Math.cos((Math.PI * 3.5 * 3) / 40)],
    ['+1 if i%3==0 else -1', 1],
    ['5 if i<j', 0],
    ['1+(2*i if i==j and j>0)', 7],
    ['|i-2 j| + .5e1', 8],
    ['(-7) % 3 + 7 // 2', 5],
    ['1e-3', 1e-3],
  ])('reads %s', (text, expected) => expectClose(parseFormula(text)({ i: 3, j: 3 }), expected, { rtol: 1e-15 }))

  it.each(['1+', 'sin 2', '(1', '2 $ 3', '1 if 2', 'i j k)', ''])('refuses "%s"', (text) =>
    expect(() => parseFormula(text)).toThrow(/formula/),
  )
  it('refuses unknown names', () => expect(() => parseFormula('2 x4')({})).toThrow(/"x4" is not known/))
})

describe('parseMatrix', () => {
  it('reads entries', () => {
    expectClose(parseMatrix('A[i][j]=sin(1+i+j)+(2*i if i==j)', 2).data, [Math.sin(1), Math.sin(2), Math.sin(2), Math.sin(3) + 2], { rtol: 1e-15 }) // prettier-ignore
    expect([...parseMatrix('M[i][j] = m+n, m=abs(i-j)', 2).data]).toEqual([2, 3, 3, 2])
  })

  it('reads diagonals and sums of rank-one terms', () => {
    expect([...parseMatrix('diag(1 x1, 0.5 x2)', 3).data]).toEqual([1, 0, 0, 0, 0.5, 0, 0, 0, 0.5])
    expect([...parseMatrix('diag(3, -2)', 2).data]).toEqual([3, 0, 0, -2])
    const text = 'B=2 diag(i+1) - 0.5 I + sum_{(r,a) in (1,6),(2,-4)} a u_r u_r^T, u_r[i]=r+i'
    // r = 1: u = (1, 2), r = 2: u = (2, 3)
    expectClose(parseMatrix(text, 2).data, [1.5 + 6 - 16, 12 - 24, 12 - 24, 3.5 + 24 - 36], { rtol: 1e-14 })
    expectClose(parseMatrix('sum_{r=1..2} v_r v_r^T - 1e-1 w w^T, v_r[i]=r, w[i]=1', 1).data, [4.9], { rtol: 1e-14 })
  })

  it.each([
    ['A[i][j]=i', 3, /symmetric/],
    ['diag(1 x4, 0.1 x12)', 5, /16 entries/],
    ['sum_{(r,a) in (1,6,2)} a u_r u_r^T, u_r[i]=1', 2, /has 3 values/],
    ['a u_r u_s^T, u_r[i]=1', 2, /not understood/],
    ['toeplitz(1,2)', 2, /not understood/],
  ])('refuses %s', (text, size, message) => expect(() => parseMatrix(text, size)).toThrow(message))

  it('reads start vectors', () => {
    expectClose(parseStart('all ones / norm', 4), [0.5, 0.5, 0.5, 0.5], { rtol: 1e-15 })
    expectClose(parseStart('+1 if i%3==0 else -1, / norm', 4), [0.5, -0.5, -0.5, 0.5], { rtol: 1e-15 })
    expectClose(parseStart('e_1', 3), [0, 1, 0])
    expect(() => parseStart('random / norm', 3)).toThrow(/not known/)
  })
})
