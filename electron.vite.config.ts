import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { assemblyScript } from './build/assemblyscript.ts'

/**
 * One build for all three hosts: the main entries run in Electron and in plain Node, the pages under app:// and http://.
 * Dependencies stay outside the main bundles (electron-vite's default), because several of them are native.
 */
export default defineConfig({
  main: {
    plugins: [assemblyScript()],
    build: {
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          electron: 'src/main/electron/index.ts',
          cli: 'src/main/cli/index.ts',
          worker: 'src/main/jobs/worker.ts',
          bench: 'bench/index.ts',
        },
        // Compiling the kernels takes most of the time, and nobody needs to be told at every build.
        checks: { pluginTimings: false },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload script is one CommonJS file that can require nothing but Electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [vue()],
    build: {
      minify: true,
      // The pages' policy allows neither inline scripts nor inline styles, nor fonts as data: addresses.
      assetsInlineLimit: 0,
      // Read from this machine's disk, not over a network.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: 'src/renderer/index.html' },
    },
  },
})
