import { runColors, type RunColor } from '#shared/contract/runs'
import { themes } from '#charts/theme'

/** The colours of runs and groups, the same as in every chart. */
export const runColorValues: readonly { readonly name: RunColor; readonly value: string }[] = runColors.map(
  (name, i) => ({
    name,
    value: themes.light.groups[i] ?? '',
  }),
)

export function colorValue(color: RunColor | null): string | undefined {
  return runColorValues.find(({ name }) => name === color)?.value
}
