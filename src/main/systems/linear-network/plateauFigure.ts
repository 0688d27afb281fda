import type { TheoryFigure } from '#shared/theoryFigure'
import { plateauLength, type Convergence } from './advice'

/** Scales from 10⁻³ to 1, eight in each decade. */
const SCALES = Array.from({ length: 25 }, (_, i) => 10 ** (-3 + i / 8))

/**
 * How long the strongest and the weakest direction stay on their plateau, over the scale of the start, beside the steps
 * of the run: what decides whether a run will show anything, known before it starts. None where nothing is sought.
 */
export function plateauFigures(given: Convergence | null): readonly TheoryFigure[] {
  if (!given) return []
  const { largest, smallest, initScale, steps } = given
  const curve = (label: string, s: number) => ({
    label,
    // Nothing waits at a scale where it is already learned.
    y: SCALES.map((scale) => plateauLength({ ...given, initScale: scale }, s) || null),
  })
  const weakest = Math.ceil(plateauLength(given, Math.min(smallest, largest)))
  const directions =
    largest > smallest
      ? [curve('weakest direction', smallest), curve('strongest direction', largest)]
      : [curve('plateau', largest)]
  return [
    {
      id: 'plateau',
      title: `Length of the plateau: about ${weakest} of ${steps} steps`,
      x: { label: 'ε', scale: 'log', values: SCALES, param: 'initScale', current: initScale },
      y: { label: 'steps', scale: 'log' },
      curves: [...directions, { label: 'steps of the run', y: SCALES.map(() => steps) }],
      marks: [],
      formula: '(ε^{2−L} − s^{(2−L)/L})/((L − 2) η s); ln(s^{1/2}/ε)/(η s) for L = 2; times 1 − β with momentum',
      source: 'Theory note 05, S-B ("Tradeoff") and pitfall 9',
    },
  ]
}
