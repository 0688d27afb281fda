import type { IconName } from './icons'

/** What the rail and the palette need of a place. */
export interface RailEntry {
  readonly name: string
  readonly path: string
  readonly title: string
  readonly icon: IconName
}
