import { projection, type Point3, type Projected, type View } from './projection'
import type { Ticks } from './scale'

/** An axis of the box: its range of positions, ticks and title. */
export interface SceneAxis {
  readonly from: number
  readonly to: number
  readonly ticks: Ticks
  readonly title: string
}

export interface SceneInput {
  /** Along x, ascending, from one end of the axis to the other. */
  readonly columns: readonly number[]
  /** Along y, likewise. */
  readonly rows: readonly number[]
  /** Heights, row by row; NaN leaves a hole. */
  readonly heights: Float64Array
  readonly x: SceneAxis
  readonly y: SceneAxis
  readonly z: SceneAxis
  /** The column along which a line is drawn on the surface; null for none. */
  readonly marked: number | null
}

/** One patch between four neighbours, or one piece of the marked line. */
export interface Facet {
  readonly kind: 'patch' | 'mark'
  readonly corners: readonly Projected[]
  /** From 0 at the bottom to 1 at the top of the box. */
  readonly height: number
  /** Of its first corner. */
  readonly row: number
  readonly column: number
}

/** An edge of the box with ticks; labels stand on its outer side, in the direction of `outward`. */
export interface Edge {
  readonly from: Projected
  readonly to: Projected
  readonly outward: { readonly right: number; readonly up: number }
  readonly ticks: readonly { readonly at: Projected; readonly label: string }[]
  readonly title: string
}

/** All that is drawn, in the plane of the picture; units are half the sides of the box. */
export interface Scene {
  /** The far walls and the floor. */
  readonly walls: readonly (readonly Projected[])[]
  readonly gridLines: readonly (readonly [Projected, Projected])[]
  readonly edges: readonly Edge[]
  /** Farthest first: what is painted later covers what lies behind it. */
  readonly facets: readonly Facet[]
  /** Half of the room that the box takes at any azimuth. */
  readonly reach: { readonly right: number; readonly up: number }
}

/** Half the sides of the box: steps take most room, heights least. */
const HALF: Point3 = [1.15, 1, 0.62]

/**
 * A surface over a table of columns and rows in its box, seen from `view`, without pixels: axes stand at the front of
 * the floor and at the left edge, grid lines on the floor and the two far walls, and patches are in painter's order.
 */
export function surfaceScene(input: SceneInput, view: View): Scene {
  const seen = projection(view)
  const { x, y, z } = input
  const place = (axis: SceneAxis, half: number, position: number) =>
    half * ((2 * (position - axis.from)) / (axis.to - axis.from) - 1)
  const inBox = (px: number, py: number, pz: number): Point3 => [
    place(x, HALF[0], px),
    place(y, HALF[1], py),
    place(z, HALF[2], pz),
  ]
  // The side of the box that is farther away is the one whose middle has the larger depth.
  const farX = seen([HALF[0], 0, 0]).depth > 0 ? x.to : x.from
  const farY = seen([0, HALF[1], 0]).depth > 0 ? y.to : y.from
  const nearX = farX === x.to ? x.from : x.to
  const nearY = farY === y.to ? y.from : y.to
  const at = (px: number, py: number, pz: number) => seen(inBox(px, py, pz))
  const line = (a: Point3, b: Point3): [Projected, Projected] => [at(...a), at(...b)]

  // The upright edge that is the leftmost of all lies where one far wall meets a near side.
  const corners: readonly [number, number][] = [
    [farX, nearY],
    [nearX, farY],
  ]
  const upright = corners.reduce((left, corner) =>
    at(...corner, z.from).right < at(...left, z.from).right ? corner : left,
  )
  const positionsOf = ({ ticks }: SceneAxis) => ticks.major.map(({ position }) => position)
  const edge = (axis: SceneAxis, on: (position: number) => Point3): Edge => {
    const [from, to] = line(on(axis.from), on(axis.to))
    return {
      from,
      to,
      outward: outwardOf(from, to),
      ticks: axis.ticks.major.map(({ position, label }) => ({ at: at(...on(position)), label })),
      title: axis.title,
    }
  }
  const [bx, by] = HALF
  const round = Math.hypot(bx, by)
  const phi = (view.elevation * Math.PI) / 180
  return {
    walls: [
      [at(x.from, y.from, z.from), at(x.to, y.from, z.from), at(x.to, y.to, z.from), at(x.from, y.to, z.from)],
      [at(farX, y.from, z.from), at(farX, y.to, z.from), at(farX, y.to, z.to), at(farX, y.from, z.to)],
      [at(x.from, farY, z.from), at(x.to, farY, z.from), at(x.to, farY, z.to), at(x.from, farY, z.to)],
    ],
    gridLines: [
      ...positionsOf(x).flatMap((p) => [
        line([p, y.from, z.from], [p, y.to, z.from]),
        line([p, farY, z.from], [p, farY, z.to]),
      ]),
      ...positionsOf(y).flatMap((p) => [
        line([x.from, p, z.from], [x.to, p, z.from]),
        line([farX, p, z.from], [farX, p, z.to]),
      ]),
      ...positionsOf(z).flatMap((p) => [line([farX, y.from, p], [farX, y.to, p]), line([x.from, farY, p], [x.to, farY, p])]), // prettier-ignore
    ],
    edges: [edge(x, (p) => [p, nearY, z.from]), edge(y, (p) => [nearX, p, z.from]), edge(z, (p) => [...upright, p])],
    facets: facetsOf(input, at, { x: farX, y: farY }),
    reach: { right: round, up: HALF[2] * Math.cos(phi) + round * Math.sin(phi) },
  }
}

/** The unit normal of an edge that points away from the middle of the picture. */
function outwardOf(from: Projected, to: Projected) {
  const [right, up] = [to.right - from.right, to.up - from.up]
  const length = Math.hypot(right, up) || 1
  const normal = { right: -up / length, up: right / length }
  const isInward = normal.right * (from.right + to.right) + normal.up * (from.up + to.up) < 0
  return isInward ? { right: -normal.right, up: -normal.up } : normal
}

/**
 * Patches and marks, farthest first. Patches stand on disjoint rectangles of the floor, so going through rows and columns
 * from the far side to the near one is the right order from every side: no sorting by depth, which long thin patches
 * defeat.
 */
function facetsOf(
  { columns, rows, heights, marked, z }: SceneInput,
  at: (x: number, y: number, z: number) => Projected,
  far: { readonly x: number; readonly y: number },
): Facet[] {
  const corner = (row: number, column: number) => {
    const height = heights[row * columns.length + column]!
    return { height, seen: at(columns[column]!, rows[row]!, height) }
  }
  const facet = (kind: Facet['kind'], row: number, column: number, corners: readonly ReturnType<typeof corner>[]) => {
    const height = corners.reduce((sum, one) => sum + one.height, 0) / corners.length
    if (Number.isNaN(height)) return []
    return [{ kind, row, column, corners: corners.map(({ seen }) => seen), height: (height - z.from) / (z.to - z.from) }] // prettier-ignore
  }
  const isFarFirst = { x: far.x === columns[0], y: far.y === rows[0] }
  const rowOrder = farToNear(rows.length - 1, isFarFirst.y)
  const columnOrder = farToNear(columns.length - 1, isFarFirst.x)
  // A mark lies between two patches and is painted after the nearer of them.
  const markedAfter = marked === null ? null : isFarFirst.x ? marked : Math.max(0, marked - 1)
  return rowOrder.flatMap((row) =>
    columnOrder.flatMap((column) => [
      ...facet('patch', row, column, [
        corner(row, column),
        corner(row, column + 1),
        corner(row + 1, column + 1),
        corner(row + 1, column),
      ]),
      ...(markedAfter === column && marked !== null
        ? facet('mark', row, marked, [corner(row, marked), corner(row + 1, marked)])
        : []),
    ]),
  )
}

/** 0 … count − 1, from the other end where that one is farther. */
function farToNear(count: number, isFirstFar: boolean): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, i) => (isFirstFar ? i : count - 1 - i))
}
