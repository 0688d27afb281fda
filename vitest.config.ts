import { defineConfig } from 'vitest/config'
import { assemblyScript } from './build/assemblyscript.ts'

export default defineConfig({
  plugins: [assemblyScript()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/slow/**', 'test/golden/**'],
    testTimeout: 30_000,
  },
})
