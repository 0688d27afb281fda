import type { Component } from 'vue'
import type { RailEntry } from './components/railEntry'
import { words } from './components/words'
import CompareView from './views/compare/CompareView.vue'
import DesignView from './views/design/DesignView.vue'
import LibraryView from './views/library/LibraryView.vue'
import QueueView from './views/queue/QueueView.vue'
import RunsView from './views/runs/RunsView.vue'
import SettingsView from './views/settings/SettingsView.vue'

/** A place of the workbench: one entry in the rail, one address. */
export interface Place extends RailEntry {
  readonly view: Component
}

/** In the order of the rail; the last one stands at its foot. */
export const places: readonly Place[] = [
  { name: 'library', path: '/library', title: words.places.library, icon: 'library', view: LibraryView },
  { name: 'design', path: '/design', title: words.places.design, icon: 'design', view: DesignView },
  { name: 'queue', path: '/queue', title: words.places.queue, icon: 'queue', view: QueueView },
  { name: 'runs', path: '/runs', title: words.places.runs, icon: 'runs', view: RunsView },
  { name: 'compare', path: '/compare', title: words.places.compare, icon: 'compare', view: CompareView },
  { name: 'settings', path: '/settings', title: words.places.settings, icon: 'settings', view: SettingsView },
]
