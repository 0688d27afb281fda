/** What a shortcut needs of a keyboard event. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/**
 * Whether a key press is the shortcut 'Ctrl+K', 'Alt+1', 'Ctrl+Shift+Z' or '?'. Ctrl stands for Command on a Mac. A
 * single sign says by itself whether Shift is held, so Shift is only compared where the shortcut names a modifier.
 */
export function isShortcut(event: KeyPress, shortcut: string): boolean {
  const parts = shortcut.split('+')
  const key = parts.at(-1) ?? ''
  const has = (modifier: string) => parts.slice(0, -1).includes(modifier)
  if ((event.ctrlKey || event.metaKey) !== has('Ctrl') || event.altKey !== has('Alt')) return false
  if (parts.length > 1 && event.shiftKey !== has('Shift')) return false
  return event.key.toLowerCase() === key.toLowerCase()
}

/** Keys that a text field needs for itself: everything typed, and its own undo. */
export function belongsToField(shortcut: string): boolean {
  return !/^(Ctrl|Alt)\+/.test(shortcut) || /^Ctrl\+(Shift\+)?Z$/i.test(shortcut)
}
