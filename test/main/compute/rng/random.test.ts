import { describe, expect, it } from 'vitest'
import { random } from '#main/compute/rng/index'
import { philoxInPlace } from '#shared/philox'

describe('philoxInPlace', () => {
  // Random123 1.14, tests/kat_vectors: counter, key, result.
  it.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('matches the published vector of counter %s', (counter, key, result) => {
    const block = Uint32Array.from(counter.split(' '), hex)
    const [key0 = 0, key1 = 0] = key.split(' ').map(hex)
    philoxInPlace(block, key0, key1)
    expect([...block]).toEqual(result.split(' ').map(hex))
  })
})

describe('random', () => {
  it('depends on seed and name only', () => {
    const a = random(7, 'weights')
    const first = a.normal(10)
    random(7, 'data').uniform(1000)
    expect(random(7, 'weights').normal(10)).toEqual(first)
    expect(random(7, 'data').normal(10)).not.toEqual(first)
    expect(random(8, 'weights').normal(10)).not.toEqual(first)
    expect(random(7 + 2 ** 32, 'weights').normal(10)).not.toEqual(first)
    expect(a.normal(10)).not.toEqual(first)
  })

  it('derives streams that start anew, whatever was drawn before', () => {
    const parent = random(1, 'run')
    const early = parent.derive('epoch 3').permutation(20)
    parent.uniform(100)
    expect(parent.derive('epoch 3').permutation(20)).toEqual(early)
    expect(parent.derive('epoch 4').permutation(20)).not.toEqual(early)
  })

  it('gives the numbers that stored runs rely on', () => {
    // Frozen: a change here changes every run ever stored.
    expect([...random(1, 'frozen').uniform(3)]).toMatchInlineSnapshot(`
      [
        0.9612501946479451,
        0.8835057225667833,
        0.28500569120586805,
      ]
    `)
    expect([...random(1, 'frozen').normal(3)]).toMatchInlineSnapshot(`
      [
        1.896685356146657,
        -1.7040668274792456,
        -0.32135711814866225,
      ]
    `)
    expect([...random(1, 'frozen').permutation(8)]).toMatchInlineSnapshot(`
      [
        6,
        0,
        2,
        3,
        4,
        5,
        7,
        1,
      ]
    `)
  })

  it('draws uniform numbers with the right moments', () => {
    const n = 200_000
    const u = random(1, 'uniform').uniform(n)
    expect(Math.min(...u.subarray(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(u.every((x) => x >= 0 && x < 1)).toBe(true)
    // Five standard errors.
    expect(Math.abs(mean(u) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(mean(u.map((x) => (x - 0.5) ** 2)) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n))
  })

  it('draws normal numbers with the right moments and no correlation between neighbours', () => {
    const n = 200_000
    const z = random(1, 'normal').normal(n)
    expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(mean(z.map((x) => x * x)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
    expect(Math.abs(mean(z.map((x) => x ** 3)))).toBeLessThan(5 * Math.sqrt(15 / n))
    expect(Math.abs(mean(z.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n))
    expect(Math.abs(mean(z.map((x, i) => x * z[(i + 1) % n]!)))).toBeLessThan(5 / Math.sqrt(n))
  })

  it('draws signs', () => {
    const signs = random(1, 'signs').signs(100_001)
    expect(new Set(signs)).toEqual(new Set([-1, 1]))
    expect(Math.abs(mean(signs))).toBeLessThan(5 / Math.sqrt(signs.length))
  })

  it('permutes without bias', () => {
    const stream = random(1, 'permutation')
    const places = new Float64Array(25)
    for (let trial = 0; trial < 20_000; trial++) {
      const order = stream.permutation(5)
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4])
      order.forEach((value, at) => (places[5 * at + value] = places[5 * at + value]! + 1))
    }
    // 4000 expected in each place, with standard deviation √(20000 · 0.2 · 0.8) = 57.
    for (const times of places) expect(Math.abs(times - 4000)).toBeLessThan(5 * 57)
  })

  it.each([
    [5, 3],
    [4, 4],
    [3, 6],
    [1, 1],
  ])('draws a %i × %i matrix with orthonormal columns or rows', (rows, cols) => {
    const q = random(3, 'orthogonal').orthogonal(rows, cols)
    const short = Math.min(rows, cols)
    for (let i = 0; i < short; i++) {
      for (let j = 0; j < short; j++) {
        let dot = 0
        for (let k = 0; k < Math.max(rows, cols); k++) {
          dot += rows >= cols ? q[k * cols + i]! * q[k * cols + j]! : q[i * cols + k]! * q[j * cols + k]!
        }
        expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-14)
      }
    }
  })

  it('draws 1 × 1 orthogonal matrices of both signs', () => {
    const stream = random(1, 'sign')
    expect(new Set(Array.from({ length: 50 }, () => stream.orthogonal(1, 1)[0]))).toEqual(new Set([1, -1]))
  })

  it('says what a seed is', () => {
    expect(() => random(-1, 'x')).toThrow(/integer from 0/)
    expect(() => random(0.5, 'x')).toThrow(/integer from 0/)
    expect(() => random(1, 'x').uniform(-1)).toThrow(/-1 random numbers/)
    expect(random(1, 'x').normal(0)).toEqual(new Float64Array(0))
  })
})

function hex(word: string): number {
  return Number.parseInt(word, 16)
}

function mean(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length
}
