interface SweepFigure {
  readonly id: string
  readonly title: string
}

/**
 * fraction: of the runs, how many ended in a state, with Wilson's interval, over one swept field with a curve for each
 * value of another; map: the same as colours over two swept fields.
 */
export interface FractionFigure extends SweepFigure {
  readonly mark: 'fraction' | 'map'
  /** A scalar whose values have names, and the name that is counted. */
  readonly quantity: string
  readonly state: string
}

/** Mean of the last values with its standard error, over one swept field with a curve for each value of another. */
export interface MeanFigure extends SweepFigure {
  readonly mark: 'mean'
  /** A scalar without layers. */
  readonly quantity: string
}

/** How many runs ended at which value, with the levels of the theory. */
export interface HistogramFigure extends SweepFigure {
  readonly mark: 'histogram'
  readonly quantity: string
  /** A scalar whose values have names: the parts of a bar; absent: bars of one piece. */
  readonly states?: string
  /** The name of runs that have not come to an end state yet: their parts are hatched. */
  readonly undecided?: string
}

/** Every run as a dot over the curves of the theory: where it ended against the parameter that the theory varies. */
export interface ScatterFigure extends SweepFigure {
  readonly mark: 'scatter'
  /** A scalar without layers, in the units of the theory's y. */
  readonly quantity: string
  /** Ids of figures of the theory over one parameter; the one that the system draws for these runs is taken. */
  readonly theory: readonly string[]
  /** A scalar of whole numbers that tells dots apart. */
  readonly kinds: string
  /** A scalar whose values have names, and the names that stand in the place of a kind. */
  readonly states: string
  readonly apart: readonly string[]
}

/** A figure over the runs of a sweep as a system describes it: what to draw, not how, nor over which swept field. */
export type SweepFigureDefinition = FractionFigure | MeanFigure | HistogramFigure | ScatterFigure

/** What any sweep can show: the losses at which its runs ended. */
export const plainSweepFigures: readonly SweepFigureDefinition[] = [
  { id: 'mean-loss', title: 'Mean final loss', mark: 'mean', quantity: 'loss' },
  { id: 'losses', title: 'Final losses', mark: 'histogram', quantity: 'loss' },
]
