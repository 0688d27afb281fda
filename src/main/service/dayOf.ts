/** '2026-11-22', in UTC: a part of file names. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
