/** A figure of a run as a system describes it: what to draw, not how. */
export interface FigureDefinition {
  readonly id: string
  readonly title: string
  readonly tab: 'training' | 'structure' | 'spectra' | 'alignment'
  /**
   * series: one line per layer (or one) over the steps; bundle: every component of a vector over the steps;
   * spectrum: sticks and bulk of one step; density: a smooth density of one step; heatmap: a matrix of one step.
   */
  readonly mark: 'series' | 'bundle' | 'spectrum' | 'density' | 'heatmap'
  /** Quantity ids; several share the axes of a series. */
  readonly quantities: readonly string[]
  /** Which layers: all overlaid, or one chosen in the panel. */
  readonly layers: 'all' | 'one' | 'none'
  /** Predictions of the same quantity are drawn over it. */
  readonly overlayPrediction: boolean
}
