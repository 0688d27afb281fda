import { defineConfig } from 'vitest/config'
import { assemblyScript } from './build/assemblyscript.ts'

export default defineConfig({
  plugins: [assemblyScript()],
  test: {
    include: ['test/golden/golden.test.ts'],
    // Reference trajectories of tens of thousands of steps.
    testTimeout: 300_000,
    reporters: [['default', { summary: false }], './test/golden/summaryReporter.ts'],
  },
})
