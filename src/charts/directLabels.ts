import type { LineSeriesOption } from 'echarts'
import { textWidth } from './frame'
import { mathStyles, plainMath, richMath } from './mathText'
import type { ChartTheme } from './theme'

/** Direct labels longer than this take two lines, broken after a fraction bar or at a space. */
const LONGEST_LABEL = 14

/** Characters of a label: more would leave no room for the curves. */
const MOST_CHARACTERS = 40

/** A label cut after a comma where it is long, else where its room ends; tables and readouts have the whole. */
export function shortLabel(label: string): string {
  const text = plainMath(label)
  if (text.length <= MOST_CHARACTERS) return label
  const parts = label.split(', ')
  const kept = parts.findLastIndex((_, i) => plainMath(parts.slice(0, i + 1).join(', ')).length < MOST_CHARACTERS - 2)
  return kept >= 0 ? `${parts.slice(0, kept + 1).join(', ')}, …` : `${text.slice(0, MOST_CHARACTERS - 1)}…`
}

function directLines(whole: string): string[] {
  const label = shortLabel(whole)
  if (plainMath(label).length <= LONGEST_LABEL) return [label]
  const middle = label.length / 2
  const breaks = [...label.matchAll(/[/ ]/g)].map((match) => match.index + 1)
  const best = breaks.reduce<number | null>(
    (nearest, at) => (nearest === null || Math.abs(at - middle) < Math.abs(nearest - middle) ? at : nearest),
    null,
  )
  return best === null ? [label] : [label.slice(0, best).trimEnd(), label.slice(best)]
}

/** Room in px that direct labels need right of the plot: their widest line, its dash and the gaps; none for no label. */
export function labelRoom(theme: ChartTheme, labels: readonly string[]): number {
  if (labels.length === 0) return 0
  const lines = labels.flatMap(directLines)
  return Math.max(...lines.map((line) => textWidth(`– ${line}`, theme.tickSize))) + theme.tickSize * 1.6
}

/** Label at the right end of a curve: a dash in its colour, the words in the text colour, which is always legible. */
export function endLabel(theme: ChartTheme, label: string, colour: string): NonNullable<LineSeriesOption['endLabel']> {
  const font = { fontSize: theme.tickSize, fontFamily: theme.fontFamily }
  const [first = '', second] = directLines(label).map(richMath)
  return {
    show: true,
    // The second line starts under the first one's words: a dash of no colour keeps the place.
    formatter: `{key|– }${first}${second === undefined ? '' : `\n{gap|– }${second}`}`,
    color: theme.text,
    ...font,
    lineHeight: theme.tickSize * 1.3,
    rich: {
      ...mathStyles(theme.fontFamily, theme.tickSize),
      key: { ...font, color: colour, fontWeight: 600 },
      gap: { ...font, color: 'transparent', fontWeight: 600 },
    },
    distance: theme.tickSize * 0.6,
  }
}
