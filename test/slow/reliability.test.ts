import { env } from 'node:process'

/** The reliability tests of `npm test` again, as often as docs/reliability.md says. */
env['COLLAPSAR_FUZZ'] ??= '100000'
env['COLLAPSAR_KILLS'] ??= '1000'
env['COLLAPSAR_FLIPS'] ??= '2000'
env['COLLAPSAR_DEATHS'] ??= '100'

await import('../main/bundle/fuzz.test')
await import('../main/store/health/kills.test')
await import('../main/store/health/bitRot.test')
await import('../main/jobs/deaths.test')
