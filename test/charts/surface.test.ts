import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_VIEW, projection, turned, type Projected, type View } from '#charts/projection'
import { surfaceOption } from '#charts/surfaceOption'
import { surfaceScene, type Facet, type Scene } from '#charts/surfaceScene'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import { expectClose } from '../helpers/expectClose'
import { textOf } from './textOf'

const views = fc.record({ azimuth: fc.integer({ min: -180, max: 180 }), elevation: fc.integer({ min: 8, max: 82 }) })
const coordinate = fc.double({ min: -5, max: 5, noNaN: true })

describe('projection', () => {
  it('is a turn: it keeps every distance', () => {
    fc.assert(
      fc.property(views, fc.tuple(coordinate, coordinate, coordinate), (view, point) => {
        const { right, up, depth } = projection(view)(point)
        // Six rounded products of numbers up to 5.
        expectClose(Math.hypot(right, up, depth), Math.hypot(...point), { rtol: 1e-13, atol: 1e-13 })
      }),
    )
  })
  it('brings the front to the right when it turns, and shows more of the top from higher up', () => {
    const front = [0, -1, 0] as const
    expect(projection({ azimuth: 10, elevation: 30 })(front).right).toBeGreaterThan(0)
    const top = (elevation: number) => projection({ azimuth: 0, elevation })([0, 1, 0]).up
    expect(top(60)).toBeGreaterThan(top(30))
  })
  it('goes round, and stops before the floor is seen from the side or from above', () => {
    expect(turned({ azimuth: 170, elevation: 30 }, { azimuth: 20 })).toEqual({ azimuth: -170, elevation: 30 })
    expect(turned(DEFAULT_VIEW, { elevation: 500 }).elevation).toBe(82)
    expect(turned(DEFAULT_VIEW, { elevation: -500 }).elevation).toBe(8)
  })
})

/** Heights a_i + b_j make every patch a plane parallelogram, whose depth at a point is exact. */
function sceneOf(a: readonly number[], b: readonly number[], view: View, marked: number | null = null): Scene {
  const heights = Float64Array.from(a.flatMap((x) => b.map((y) => x + y)))
  const [from, to] = [Math.min(...heights), Math.max(...heights) + 1]
  const axis = (last: number) => ({ from: 0, to: last, ticks: { major: [], minor: [] }, title: '' })
  return surfaceScene(
    {
      columns: b.map((_, j) => j),
      rows: a.map((_, i) => i),
      heights,
      x: axis(b.length - 1),
      y: axis(a.length - 1),
      z: { from, to, ticks: { major: [], minor: [] }, title: '' },
      marked,
    },
    view,
  )
}

/** Where a point of the picture lies in a patch, in units of its sides from the first corner; null outside. */
function depthAt({ corners }: Facet, { right, up }: Projected): number | null {
  const [origin, along, , across] = corners
  const [ax, ay] = [along!.right - origin!.right, along!.up - origin!.up]
  const [bx, by] = [across!.right - origin!.right, across!.up - origin!.up]
  const [px, py] = [right - origin!.right, up - origin!.up]
  const area = ax * by - ay * bx
  const [s, t] = [(px * by - py * bx) / area, (ax * py - ay * px) / area]
  // On the edge two patches meet and either may win.
  const isInside = [s, t].every((part) => part > 1e-6 && part < 1 - 1e-6)
  if (Math.abs(area) < 1e-9 || !isInside) return null
  return origin!.depth + s * (along!.depth - origin!.depth) + t * (across!.depth - origin!.depth)
}

function middleOf({ corners }: Facet): Projected {
  const mean = (pick: (corner: Projected) => number) => corners.reduce((sum, c) => sum + pick(c), 0) / corners.length
  return { right: mean((c) => c.right), up: mean((c) => c.up), depth: mean((c) => c.depth) }
}

describe('surfaceScene', () => {
  it('paints last, at every point, the patch that is nearest to the eye', () => {
    const heights = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 2, maxLength: 7 })
    fc.assert(
      fc.property(heights, heights, views, (a, b, view) => {
        const { facets } = sceneOf(a, b, view)
        expect(facets).toHaveLength((a.length - 1) * (b.length - 1))
        for (const facet of facets) {
          const point = middleOf(facet)
          const depths = facets.flatMap((other) => depthAt(other, point) ?? [])
          if (depths.length > 0) expect(depths.at(-1)).toBeLessThanOrEqual(Math.min(...depths) + 1e-9)
        }
      }),
    )
  })

  it('leaves a hole where a corner is not a number', () => {
    const { facets } = sceneOf([0, NaN, 0, 0], [0, 1, 2], DEFAULT_VIEW)
    expect(facets.map(({ row }) => row)).toEqual([2, 2])
  })

  it('paints the marked line over both patches that it lies between, from either side', () => {
    for (const azimuth of [-40, 140]) {
      const { facets } = sceneOf([0, 0], [0, 0, 0, 0], { azimuth, elevation: 30 }, 2)
      const order = facets.map(({ kind, column }) => `${kind} ${column}`)
      const mark = order.indexOf('mark 2')
      expect(mark).toBeGreaterThan(order.indexOf('patch 1'))
      expect(mark).toBeGreaterThan(order.indexOf('patch 2'))
    }
  })

  it('keeps the whole box within its reach at every azimuth, with its axes on the outside', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { walls, edges, reach } = sceneOf([0, 1], [0, 1], view)
        for (const { right, up } of walls.flat()) {
          expect(Math.abs(right)).toBeLessThanOrEqual(reach.right + 1e-12)
          expect(Math.abs(up)).toBeLessThanOrEqual(reach.up + 1e-12)
        }
        for (const { from, to, outward } of edges) {
          const middle = { right: (from.right + to.right) / 2, up: (from.up + to.up) / 2 }
          expect(middle.right * outward.right + middle.up * outward.up).toBeGreaterThanOrEqual(-1e-12)
        }
      }),
    )
  })
})

describe('surfaceOption', () => {
  const records = [0, 1, 10, 100].map((step) => ({ step, data: Float64Array.of(2, 1, 0.5, 0.1).map((v) => v * step) }))
  const input = {
    records,
    indexTitle: 'index i',
    valueTitle: 'σ (dimensionless)',
    valueScale: 'linear',
    currentStep: 1,
  } as const
  const svgOf = (view: View, size = { width: 140, height: 84 }) =>
    toSvg(surfaceOption(input, themes.print, view).option, { ...size, theme: 'print' })
  const pointsOf = (svg: string) =>
    [...svg.matchAll(/<(polygon|polyline) points="([^"]*)"/g)].map(([, kind, points]) => ({
      kind,
      points: points!.split(' ').map(Number),
    }))

  it('draws the same text every time, and another one from another side', () => {
    expect(svgOf(DEFAULT_VIEW)).toBe(svgOf(DEFAULT_VIEW))
    expect(svgOf(DEFAULT_VIEW)).not.toBe(svgOf(turned(DEFAULT_VIEW, { azimuth: 30 })))
  })

  it('has a patch between any four neighbours, three titled axes and no canvas or script', () => {
    const svg = svgOf(DEFAULT_VIEW)
    expect(pointsOf(svg).filter(({ kind }) => kind === 'polygon')).toHaveLength(9)
    for (const words of ['step', 'index i', 'σ (dimensionless)', '100']) expect(textOf(svg)).toContain(words)
    expect(svg).not.toMatch(/<image|<script|foreignObject/)
  })

  it('stays inside the picture, whatever its shape', () => {
    for (const size of [
      { width: 60, height: 60 },
      { width: 180, height: 50 },
    ]) {
      for (const azimuth of [-150, -38, 70]) {
        const svg = svgOf({ azimuth, elevation: 26 }, size)
        const [width, height] = [(size.width * 96) / 25.4, (size.height * 96) / 25.4]
        const shapes = pointsOf(svg)
        expect(shapes.length).toBeGreaterThan(9)
        for (const { points } of shapes) {
          points.forEach((value, i) => expect(value).toBeLessThanOrEqual(i % 2 === 0 ? width : height))
          expect(Math.min(...points)).toBeGreaterThanOrEqual(0)
        }
      }
    }
  })

  it('draws large vectors by blocks and says so', () => {
    const long = { step: 0, data: new Float64Array(200).fill(1) }
    const { notes } = surfaceOption({ ...input, records: [long, { ...long, step: 1 }] }, themes.light, DEFAULT_VIEW)
    expect(notes).toEqual(['50 of 200 components drawn (largest of each block)'])
  })
})
