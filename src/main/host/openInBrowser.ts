import { spawn } from 'node:child_process'

/** Opens an address of ours in the person's browser; quietly does nothing where there is none. */
export function openInBrowser(
  address: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const opener = openerOf(platform, env)
  if (!opener) return
  const child = spawn(opener.command, [...opener.args, address], { stdio: 'ignore', detached: true })
  // No browser is no error: the address was printed.
  child.on('error', () => undefined)
  child.unref()
}

/** The system's own way to open an address; null on a machine without a screen. */
export function openerOf(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): { command: string; args: readonly string[] } | null {
  if (platform === 'darwin') return { command: 'open', args: [] }
  // Not `start`, which is a word of the shell and would read the address as one.
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler'] }
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? { command: 'xdg-open', args: [] } : null
}
