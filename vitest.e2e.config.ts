import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Logs belong to the installation, not to a project: those of the tests are none of the developer's own. */
const APP_DATA = join(tmpdir(), 'collapsar-e2e-app-data')

/** The built renderer in a real Chromium through the loopback host; run after `npm run build`. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    env: { XDG_CONFIG_HOME: APP_DATA, APPDATA: APP_DATA },
  },
})
