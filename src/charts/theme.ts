export type ThemeName = 'light' | 'dark' | 'print'

/** Colours with fixed meanings and sizes in px (96 per inch); the same for screen, export and test. */
export interface ChartTheme {
  readonly name: ThemeName
  readonly background: string
  readonly line: string
  readonly text: string
  readonly quiet: string
  readonly accent: string
  readonly bulk: string
  readonly outlier: string
  /** Runs and groups: Okabe-Ito, its black replaced by the text colour. */
  readonly groups: readonly string[]
  /** The part of viridis that is legible on the background. */
  readonly viridisRange: readonly [number, number]
  readonly fontFamily: string
  readonly tickSize: number
  readonly labelSize: number
  readonly axisWidth: number
  readonly lineWidth: number
  readonly markerSize: number
}

const PX_PER_PT = 96 / 72
const OKABE_ITO = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442'] as const

const common = {
  bulk: '#7A8794',
  outlier: '#D55E00',
  fontFamily: "'IBM Plex Sans', 'Noto Sans', 'DejaVu Sans', sans-serif",
  tickSize: 11,
  labelSize: 12,
  axisWidth: 1,
  lineWidth: 1.5,
  markerSize: 5,
}

export const themes: Readonly<Record<ThemeName, ChartTheme>> = {
  light: {
    ...common,
    name: 'light',
    background: '#FFFFFF',
    line: '#E2E2DE',
    text: '#1B1C1E',
    quiet: '#5B6068',
    accent: '#0B6BB0',
    groups: [...OKABE_ITO, '#1B1C1E'],
    viridisRange: [0, 0.9],
  },
  dark: {
    ...common,
    name: 'dark',
    background: '#191B1E',
    line: '#2B2E33',
    text: '#E7E8EA',
    quiet: '#9BA1A9',
    accent: '#5AB0F0',
    groups: [...OKABE_ITO, '#E7E8EA'],
    viridisRange: [0.25, 1],
  },
  /** On paper: 8 pt labels, 7 pt ticks, 0.5 pt axes, 1 pt lines, 3 pt markers. */
  print: {
    ...common,
    name: 'print',
    background: '#FFFFFF',
    line: '#E2E2DE',
    text: '#000000',
    quiet: '#000000',
    accent: '#0B6BB0',
    groups: [...OKABE_ITO, '#000000'],
    viridisRange: [0, 0.9],
    tickSize: 7 * PX_PER_PT,
    labelSize: 8 * PX_PER_PT,
    axisWidth: 0.5 * PX_PER_PT,
    lineWidth: PX_PER_PT,
    markerSize: 3 * PX_PER_PT,
  },
}

/** Colour of run or group number i, stable across places. */
export function groupColour(theme: ChartTheme, i: number): string {
  return theme.groups[i % theme.groups.length]!
}
