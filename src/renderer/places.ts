import type { RouteComponent } from 'vue-router'
import type { RailEntry } from './components/railEntry'

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
    title: 'Library',
    icon: 'library',
    view: () => import('./views/library/LibraryView.vue'),
  },
  {
    name: 'design',
    path: '/design',
    title: 'Design',
    icon: 'design',
    view: () => import('./views/design/DesignView.vue'),
  },
  { name: 'queue', path: '/queue', title: 'Queue', icon: 'queue', view: () => import('./views/queue/QueueView.vue') },
  { name: 'runs', path: '/runs', title: 'Runs', icon: 'runs', view: () => import('./views/runs/RunsView.vue') },
  {
    name: 'compare',
    path: '/compare',
    title: 'Compare',
    icon: 'compare',
    view: () => import('./views/compare/CompareView.vue'),
  },
  {
    name: 'settings',
    path: '/settings',
    title: 'Settings',
    icon: 'settings',
    view: () => import('./views/settings/SettingsView.vue'),
  },
]
