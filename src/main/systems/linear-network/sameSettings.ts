import type { ParamValues } from '#shared/params'

/** Whether two runs of a system have equal parameters: what was observed on a preset is not promised elsewhere. */
export function sameSettings(a: ParamValues, b: ParamValues): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}
