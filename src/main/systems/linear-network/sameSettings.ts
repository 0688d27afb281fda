type Settings = Readonly<Record<string, unknown>>

/** Whether two runs of a system have equal parameters: what was observed on a preset is not promised elsewhere. */
export function sameSettings(a: Settings, b: Settings): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}
