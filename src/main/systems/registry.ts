import { LabError } from '#shared/errors'
import type { System } from '../core/system'

const modules = import.meta.glob<System>('./*/system.ts', { eager: true, import: 'default' })

/** Every system by its id, in the order of their folders. A folder with a system.ts is all it takes. */
export const systems: ReadonlyMap<string, System> = new Map(Object.values(modules).map((system) => [system.id, system]))

/** @throws LabError 'not-found' that lists the known ids */
export function systemById(id: string): System {
  const system = systems.get(id)
  if (system) return system
  throw new LabError('not-found', `There is no system "${id}". Known systems: ${[...systems.keys()].join(', ')}.`, {
    id,
  })
}
