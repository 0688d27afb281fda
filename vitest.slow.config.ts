import { defineConfig } from 'vitest/config'
import { assemblyScript } from './build/assemblyscript.ts'

/** Small trained runs against theory, over the seeds and settings that the ordinary tests leave out. */
export default defineConfig({
  plugins: [assemblyScript()],
  test: { include: ['test/slow/**/*.test.ts'], testTimeout: 600_000 },
})
