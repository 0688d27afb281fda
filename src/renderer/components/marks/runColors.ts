import { runColors, type RunColor } from '#shared/contract/runs'
import { themes } from '#charts/theme'

/** The colours of runs and groups, the same as in every chart. */
export const runColorValues: readonly { readonly name: RunColor; readonly value: string }[] = runColors.map(
  (name, i) => ({
    name,
    value: themes.light.groups[i] ?? '',
  }),
)

/** The style of a bar so many px wide at the left edge of what a colour belongs to. */
export function colourBar(color: RunColor | null, width = 4): { boxShadow: string } | undefined {
  const value = runColorValues.find(({ name }) => name === color)?.value
  return value === undefined ? undefined : { boxShadow: `inset ${width}px 0 ${value}` }
}
