import { LabError } from '#shared/errors'
import type { System } from '../core/system'

const modules = import.meta.glob<System>('./*/system.ts', { eager: true, import: 'default' })

/** Every system of the workbench, in the order of their folders. A folder with a system.ts is all it takes. */
export const systems: readonly System[] = Object.values(modules)

/** @throws LabError 'not-found' that lists the known ids */
export function systemById(id: string): System {
  const system = systems.find((candidate) => candidate.id === id)
  if (system) return system
  const known = systems.map((candidate) => candidate.id).join(', ')
  throw new LabError('not-found', `There is no system "${id}". Known systems: ${known}.`, { id })
}
