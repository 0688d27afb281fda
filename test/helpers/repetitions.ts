/**
 * How often a test of reliability tries: as often as `npm test` has time for, or as the environment asks
 * (vitest.slow.config.ts does; `COLLAPSAR_KILLS=1000 npm test -- unit kills` by hand).
 *
 * @throws Error for anything but a whole number above 0: a test that tries nothing would pass
 */
export function repetitions(name: Repeated, inEveryTest: number): number {
  const variable = `COLLAPSAR_${name}`
  const asked = process.env[variable]
  if (asked === undefined) return inEveryTest
  if (/^[1-9]\d*$/.test(asked)) return Number(asked)
  throw new Error(`${variable} is "${asked}", expected how often to try: a whole number above 0.`)
}

/** Cases are those of each property that must hold for any input. */
export type Repeated = 'FUZZ' | 'KILLS' | 'FLIPS' | 'DEATHS' | 'CASES'
