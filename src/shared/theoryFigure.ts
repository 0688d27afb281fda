/** A curve of the theory over one parameter; null where the quantity does not exist. */
export interface TheoryCurve {
  readonly label: string
  readonly y: readonly (number | null)[]
  /** Not a solution that training finds: drawn broken. */
  readonly unstable?: boolean
}

/** A picture of the theory alone, as functions of the parameters: what the designer draws before any run. */
export interface TheoryFigure {
  readonly id: string
  readonly title: string
  readonly x: {
    /** The symbol, as a readout names it. */
    readonly label: string
    /** In words, before the symbol on the axis; absent where the label says it all. */
    readonly name?: string
    readonly scale: 'linear' | 'log'
    readonly values: readonly number[]
    /** The parameter that x varies; null where it is none of the system's. */
    readonly param: string | null
    /** Where the draft stands on it; null where it is a list or not on the axis. */
    readonly current: number | null
  }
  readonly y: { readonly label: string; readonly name?: string; readonly scale: 'linear' | 'log' }
  readonly curves: readonly TheoryCurve[]
  /** Thresholds on the x axis. */
  readonly marks: readonly { readonly x: number; readonly label: string }[]
  /** The formula in Unicode, and where it stands. */
  readonly formula: string
  readonly source: string
}
