/** Keys that widgets hear themselves, wherever one of them has the focus. */
export const widgetShortcuts: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['←', '→'], does: 'One measured step back or forth, on the step slider' },
  { keys: ['Home', 'End'], does: 'First or last measured step' },
  { keys: ['↑', '↓'], does: 'Move through the rows of a table' },
  { keys: ['Space'], does: 'Select the row' },
  { keys: ['Enter'], does: 'Open the row' },
  { keys: ['Delete'], does: 'Move the selected runs to the bin' },
  { keys: ['Esc'], does: 'Close a dialog or an expanded panel' },
]
