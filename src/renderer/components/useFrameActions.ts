import { useRouter } from 'vue-router'
import { provideActions } from '../composables/useActions'
import { usePreferences } from '../composables/usePreferences'
import { useUndo } from '../composables/useUndo'
import type { RailEntry } from './railEntry'
import { words } from './words'

/** What can be done in every place. */
export function useFrameActions(
  places: readonly RailEntry[],
  open: { readonly palette: () => void; readonly shortcuts: () => void },
): void {
  const router = useRouter()
  const preferences = usePreferences()
  const undo = useUndo()
  const says = words.actions

  provideActions(words.shortcuts.everywhere, () => [
    { id: 'palette', title: says.palette, keys: 'Ctrl+K', run: open.palette },
    { id: 'shortcuts', title: says.shortcuts, keys: '?', run: open.shortcuts },
    {
      id: 'undo',
      title: undo.last ? says.undoOf(undo.last.text) : says.undo,
      keys: 'Ctrl+Z',
      enabled: undo.last !== null,
      run: () => void undo.undoLast(),
    },
    ...places.map((place, i) => ({
      id: `place:${place.name}`,
      title: says.goTo(place.title),
      keys: `Alt+${i + 1}`,
      run: () => void router.push({ name: place.name }),
    })),
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme:${theme}`,
      title: says.theme[theme],
      enabled: preferences.theme !== theme,
      run: () => (preferences.theme = theme),
    })),
  ])
}
