import type { TheoryFigure } from '#shared/theoryFigure'
import type { BuiltFigure } from './figureParts'
import { plainMath } from './mathText'
import { theoryOption, theoryReadout } from './theoryOption'
import type { ChartTheme } from './theme'
import type { TableCell } from './toCsv'

/**
 * A picture of the theory alone, for screen, export and test.
 * @param chosen values of the x parameter that stand in the designer; a single one is read off the curves
 */
export function buildTheoryFigure(figure: TheoryFigure, chosen: readonly number[], theme: ChartTheme): BuiltFigure {
  const drawn = theoryOption(figure, chosen, theme)
  const [only, ...others] = chosen
  const { x, curves, marks } = figure
  return {
    option: drawn.option,
    title: figure.title,
    subtitle: [figure.formula, ...drawn.notes].join(', '),
    readout: only === undefined || others.length > 0 ? null : theoryReadout(figure, only),
    table: {
      columns: ['curve', plainMath(x.label), plainMath(figure.y.label)],
      rows: [
        ...curves.flatMap(({ label, y }) =>
          x.values.flatMap((at, i): TableCell[][] => {
            const value = y[i] ?? null
            return value === null ? [] : [[label, at, value]]
          }),
        ),
        ...marks.map(({ label, x: at }): TableCell[] => [plainMath(label), at, null]),
      ],
    },
  }
}
