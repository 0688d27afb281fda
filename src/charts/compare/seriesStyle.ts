import { markers, type Marker } from '../curves'
import { groupColour, type ChartTheme } from '../theme'

/** How a run or group is drawn everywhere. */
export interface SeriesStyle {
  readonly colour: string
  readonly dash: 'solid' | number[]
  /** Null: the line alone tells it apart. */
  readonly marker: Marker | null
}

const DASHES: readonly SeriesStyle['dash'][] = ['solid', [6, 3], [2, 2], [8, 3, 2, 3]]

/** The first eight by colour alone, every further eight with another dash and marker; 32 differ. */
export function seriesStyle(theme: ChartTheme, slot: number): SeriesStyle {
  const round = Math.floor(slot / theme.groups.length) % DASHES.length
  return {
    colour: groupColour(theme, slot),
    dash: DASHES[round]!,
    marker: round === 0 ? null : markers[round % markers.length]!,
  }
}
