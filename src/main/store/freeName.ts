/** The name itself, or with the first number that makes it another one's. */
export function freeName(name: string, taken: ReadonlySet<string>, longest: number): string {
  if (!taken.has(name)) return name
  for (let number = 2; ; number++) {
    const suffix = ` ${number}`
    const candidate = name.slice(0, longest - suffix.length) + suffix
    if (!taken.has(candidate)) return candidate
  }
}
