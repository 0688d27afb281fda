import { join } from 'node:path'

export const PROJECT_FILE_NAME = 'project.clps'

/**
 * The project that is used when none is named: the same file for the window, the loopback host and the command line,
 * hence Electron's folder for the app's data.
 */
export function defaultProjectPath(
  platform: NodeJS.Platform,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return join(dataFolder(platform, home, env), 'collapsar', PROJECT_FILE_NAME)
}

function dataFolder(
  platform: NodeJS.Platform,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support')
    case 'win32':
      return env['APPDATA'] ?? join(home, 'AppData', 'Roaming')
    default:
      return env['XDG_CONFIG_HOME'] ?? join(home, '.config')
  }
}
