import { defineConfig } from 'vitest/config'

/** The built renderer in a real Chromium through the loopback host; run after `npm run build`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
