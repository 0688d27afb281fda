/** The reliability tests of `npm test` again, as often as docs/reliability.md says. */
process.env['COLLAPSAR_FUZZ'] ??= '100000'
process.env['COLLAPSAR_KILLS'] ??= '1000'
process.env['COLLAPSAR_FLIPS'] ??= '2000'
process.env['COLLAPSAR_DEATHS'] ??= '100'

await import('../main/bundle/fuzz.test')
await import('../main/store/health/kills.test')

export {}
