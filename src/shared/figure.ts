/** A figure of a run as a system describes it: what to draw, not how. */
export interface FigureDefinition {
  readonly id: string
  readonly title: string
  readonly tab: 'training' | 'structure' | 'spectra' | 'alignment'
  /**
   * series: one line per layer (or one) over the steps; bundle: every component of a vector over the steps, as lines;
   * evolution: the same as a heatmap; surface: the same as a surface in space;
   * spectrum: sticks and bulk of one step; density: a smooth density of one step; heatmap: a matrix of one step;
   * profile: a scalar of every layer over the layers, at one step.
   */
  readonly mark: 'series' | 'bundle' | 'evolution' | 'surface' | 'spectrum' | 'density' | 'heatmap' | 'profile'
  /** Quantity ids; several share the axes of a series. */
  readonly quantities: readonly string[]
  /** Which layers: all overlaid, or one chosen in the panel. */
  readonly layers: 'all' | 'one' | 'none'
  /** Predictions of the same quantity are drawn over it. */
  readonly overlayPrediction: boolean
  /** How values become heights or colours of an evolution or a surface; absent: as the quantity says. */
  readonly valueScale?: ValueScale
  /** The first layer of the straight line that is fitted to a profile; absent: no line. */
  readonly fittedFrom?: number
}

/** symlog: a logarithm of either sign, linear near 0. */
export type ValueScale = 'linear' | 'log' | 'symlog'
