import { words } from './words'
/** Keys that widgets hear themselves, wherever one of them has the focus. */
export const widgetShortcuts: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['←', '→'], does: words.widgetKeys.step },
  { keys: ['Home', 'End'], does: words.widgetKeys.ends },
  { keys: ['↑', '↓'], does: words.widgetKeys.rows },
  { keys: ['Space'], does: words.widgetKeys.select },
  { keys: ['Enter'], does: words.widgetKeys.open },
  { keys: ['F2'], does: words.widgetKeys.rename },
  { keys: ['S'], does: words.widgetKeys.star },
  { keys: ['T'], does: words.widgetKeys.tag },
  { keys: ['N'], does: words.widgetKeys.note },
  { keys: ['/'], does: words.widgetKeys.filter },
  { keys: ['Delete'], does: words.widgetKeys.bin },
  { keys: ['Esc'], does: words.widgetKeys.close },
]
