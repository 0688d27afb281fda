import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { assemblyScript } from './build/assemblyscript.ts'
import type { Repeated } from './test/helpers/repetitions.ts'

/** How often each test of reliability tries (docs/reliability.md); a variable of the caller comes first. */
const repetitions: Record<Repeated, number> = {
  // All 100 000, which take more than an hour of a processor: `COLLAPSAR_FUZZ=100000 npm run test:slow`.
  FUZZ: 20_000,
  KILLS: 1000,
  FLIPS: 2000,
  DEATHS: 100,
  CASES: 10_000,
}

/**
 * What `npm test` leaves out: small trained runs against theory over more seeds and settings, the package, and the
 * tests of reliability as often as it takes to believe them. An estimated hour on two free cores.
 */
export default defineConfig({
  plugins: [assemblyScript()],
  test: {
    include: [
      'test/slow/**/*.test.ts',
      'test/main/bundle/{bundle,fuzzBundles,fuzzProjects}.test.ts',
      'test/main/store/health/{kills,bitRot}.test.ts',
      'test/main/store/{records,checkpoints,runQuery,queue}.test.ts',
      'test/main/jobs/deaths.test.ts',
      'test/shared/contract/wire.test.ts',
      'test/shared/filter/parse.test.ts',
      'test/shared/{comparisonAlign,comparisonSpread}.test.ts',
      'test/charts/{downsample,toCsv}.test.ts',
    ],
    env: Object.fromEntries(
      Object.entries(repetitions).map(([name, count]) => {
        const variable = `COLLAPSAR_${name}`
        return [variable, process.env[variable] ?? String(count)]
      }),
    ),
    // A busy machine is no failure.
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    maxWorkers: availableParallelism(),
  },
})
