/** Values over which the note compares runs: what claims train one after the other, and a sweep over a preset repeats. */
export const studies = {
  /** C20: sample complexity by depth and scale, on the preset `samples`. */
  samples: { observed: [0.2, 0.25, 0.3, 0.4], dataSeed: [0, 1, 2, 3, 4, 5] },
  /** C21: hidden widths 2r̂ = 6, 10, 20, 40 of the preset `widthNarrow`; `width` is the full width 80. */
  width: { rankEstimate: [3, 5, 10, 20], dataSeed: [0, 1, 2] },
  /** C18: rates of the factors, on the preset `completion`. */
  gamma: [0, 1e-3, 1e-2, 0.1, 1],
} as const
