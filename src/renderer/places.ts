import type { RouteComponent } from 'vue-router'
import type { RailEntry } from './components/railEntry'
import { words } from './components/words'

/** A place of the workbench: one entry in the rail, one address. */
export interface Place extends RailEntry {
  /** Each comes in a file of its own: a start reads what it shows, and the others while nothing else is to do. */
  readonly view: () => Promise<{ readonly default: RouteComponent }>
}

/** In the order of the rail; the last one stands at its foot. */
export const places: readonly Place[] = [
  {
    name: 'library',
    path: '/library',
    title: words.places.library,
    icon: 'library',
    view: () => import('./views/library/LibraryView.vue'),
  },
  {
    name: 'design',
    path: '/design',
    title: words.places.design,
    icon: 'design',
    view: () => import('./views/design/DesignView.vue'),
  },
  {
    name: 'queue',
    path: '/queue',
    title: words.places.queue,
    icon: 'queue',
    view: () => import('./views/queue/QueueView.vue'),
  },
  {
    name: 'runs',
    path: '/runs',
    title: words.places.runs,
    icon: 'runs',
    view: () => import('./views/runs/RunsView.vue'),
  },
  {
    name: 'compare',
    path: '/compare',
    title: words.places.compare,
    icon: 'compare',
    view: () => import('./views/compare/CompareView.vue'),
  },
  {
    name: 'settings',
    path: '/settings',
    title: words.places.settings,
    icon: 'settings',
    view: () => import('./views/settings/SettingsView.vue'),
  },
]
