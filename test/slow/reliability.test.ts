/** How often the reliability tests of `npm test` are run here; docs/reliability.md has the results. */
export const times = {
  COLLAPSAR_FUZZ: 100_000,
  COLLAPSAR_KILLS: 1000,
  COLLAPSAR_FLIPS: 2000,
  COLLAPSAR_DEATHS: 100,
}
for (const [name, count] of Object.entries(times)) process.env[name] ??= String(count)

await import('../main/bundle/fuzz.test')
await import('../main/store/health/kills.test')
await import('../main/store/health/bitRot.test')
await import('../main/jobs/deaths.test')
