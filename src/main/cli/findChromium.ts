import { existsSync } from 'node:fs'

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** A Chromium for the browser tests: the one that CHROMIUM_PATH names, else one where systems put it. */
export function chromiumPath(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env['CHROMIUM_PATH']
  if (named) return existsSync(named) ? named : null
  return USUAL_PLACES.find((path) => existsSync(path)) ?? null
}
