import type { TooltipComponentOption } from 'echarts'
import { formatNumber } from './format'
import { plainMath } from './mathText'
import type { ChartTheme } from './theme'

/** With more, the table would cover the curves of a small panel. */
const MOST_ROWS = 6

/** A tooltip drawn as text on the chart: no HTML, so no name can carry markup and the page's CSP stays strict. */
function textTooltip(theme: ChartTheme): TooltipComponentOption {
  return {
    renderMode: 'richText',
    confine: true,
    transitionDuration: 0,
    backgroundColor: theme.background,
    borderColor: theme.quiet,
    borderWidth: 1,
    padding: 8,
    textStyle: { color: theme.text, fontFamily: theme.fontFamily, fontSize: theme.tickSize },
  }
}

/** What the table at the crosshair says of one curve. */
export interface CrosshairRow {
  readonly name: string
  readonly text: string
}

/** A crosshair with a small table: the value of x (a step unless named otherwise), then name and value of every curve. */
export function crosshairTooltip(theme: ChartTheme, xName = 'step'): TooltipComponentOption {
  return {
    ...crosshair(theme),
    formatter: (params: unknown) => crosshairText(Array.isArray(params) ? params : [params], xName),
  }
}

/**
 * The same where curves were measured at different places: `table` says what stands at a position, so that no curve is
 * left out because another one has a point nearer to the pointer.
 */
export function crosshairTableTooltip(
  theme: ChartTheme,
  table: (position: number) => { readonly head: string; readonly rows: readonly CrosshairRow[] },
): TooltipComponentOption {
  return {
    ...crosshair(theme),
    formatter: (params: unknown) => {
      const first: unknown = Array.isArray(params) ? params[0] : params
      const position = field(first, 'axisValue')
      if (typeof position !== 'number') return ''
      const { head, rows } = table(position)
      return tableText(
        head,
        rows.map(({ name, text }) => `${name}  ${text}`),
      )
    },
  }
}

function crosshair(theme: ChartTheme): TooltipComponentOption {
  return {
    ...textTooltip(theme),
    trigger: 'axis',
    axisPointer: { type: 'line', snap: true, lineStyle: { color: theme.quiet, width: 1, type: 'solid' } },
  }
}

/** A tooltip for the mark under the pointer; marks carry their words as the name of the datum. */
export function itemTooltip(theme: ChartTheme): TooltipComponentOption {
  return {
    ...textTooltip(theme),
    trigger: 'item',
    formatter: (params: unknown) => stringField(params, 'name'),
  }
}

/** Data of a curve are [x position, y position, x, value]: the last two are what a reader wants to know. */
function crosshairText(params: readonly unknown[], xName: string): string {
  const rows = params.flatMap((param) => {
    const value = numbersField(param, 'value')
    const [, , x, measured] = value
    if (x === undefined || measured === undefined) return []
    return [{ x, line: `${stringField(param, 'seriesName')}  ${formatNumber(measured)}` }]
  })
  const head = rows[0]
  if (!head) return ''
  return tableText(
    `${plainMath(xName)} ${formatNumber(head.x, xName === 'step' ? 12 : 5)}`,
    rows.map((row) => row.line),
  )
}

function tableText(head: string, rows: readonly string[]): string {
  const rest = rows.length - MOST_ROWS
  return [head, ...rows.slice(0, MOST_ROWS), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
}

function field(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined
}

function stringField(object: unknown, name: string): string {
  const value = field(object, name)
  return typeof value === 'string' ? value : ''
}

function numbersField(object: unknown, name: string): number[] {
  const value = field(object, name)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : []
}
