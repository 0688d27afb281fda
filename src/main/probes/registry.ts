import { LabError } from '#shared/errors'
import type { Probe } from '#main/core/probe'

const collected = import.meta.glob<Probe>('./*.probe.ts', { eager: true, import: 'default' })

/** Every probe by its id. A new file `<name>.probe.ts` with a default export of type Probe is all that one needs. */
export const probes: ReadonlyMap<string, Probe> = new Map(Object.values(collected).map((probe) => [probe.id, probe]))

/** @throws LabError 'not-found' that names the known probes */
export function probeById(id: string): Probe {
  const probe = probes.get(id)
  if (probe) return probe
  throw new LabError('not-found', `There is no probe "${id}". Known probes: ${[...probes.keys()].join(', ')}.`, { id })
}
