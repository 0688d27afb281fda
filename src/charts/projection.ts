/** From where a surface is seen. */
export interface View {
  /** Degrees by which the picture is turned about the vertical axis. */
  readonly azimuth: number
  /** Degrees of the eye above the floor. */
  readonly elevation: number
}

/** Every export shows this one. */
export const DEFAULT_VIEW: View = { azimuth: -38, elevation: 26 }

/** The floor is never seen from below, and never exactly from the side or from above, where axes would collapse. */
const ELEVATIONS = { lowest: 8, highest: 82 }

export type Point3 = readonly [x: number, y: number, z: number]

/** Where a point is seen: to the right, upwards, and away from the eye. */
export interface Projected {
  readonly right: number
  readonly up: number
  readonly depth: number
}

/**
 * The parallel projection of a view: a turn by the azimuth α about the vertical axis, then a tilt by the elevation φ,
 *
 *   right = x cos α − y sin α,  back = x sin α + y cos α,
 *   up = z cos φ + back sin φ,  depth = back cos φ − z sin φ.
 *
 * Parallel lines stay parallel, so that heights can be compared anywhere in the picture.
 */
export function projection({ azimuth, elevation }: View): (point: Point3) => Projected {
  const [alpha, phi] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180]
  const [cosAlpha, sinAlpha, cosPhi, sinPhi] = [Math.cos(alpha), Math.sin(alpha), Math.cos(phi), Math.sin(phi)]
  return ([x, y, z]) => {
    const back = x * sinAlpha + y * cosAlpha
    return { right: x * cosAlpha - y * sinAlpha, up: z * cosPhi + back * sinPhi, depth: back * cosPhi - z * sinPhi }
  }
}

/** The view after a turn; the azimuth goes round, the elevation stops at its bounds. */
export function turned(view: View, by: { readonly azimuth?: number; readonly elevation?: number }): View {
  const azimuth = view.azimuth + (by.azimuth ?? 0)
  const elevation = view.elevation + (by.elevation ?? 0)
  return {
    azimuth: azimuth - 360 * Math.round(azimuth / 360),
    elevation: Math.min(ELEVATIONS.highest, Math.max(ELEVATIONS.lowest, elevation)),
  }
}
