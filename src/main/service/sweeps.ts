import type { Handlers } from '#shared/contract/index'
import type { SweepRequests } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'

/** The calls around sweeps, queue and named specs: this service has no store for them and says so. */
export function sweepHandlers(): Pick<Handlers, keyof SweepRequests> {
  const refuse = async (): Promise<never> => {
    throw new LabError('unavailable', 'This version runs single runs only. Give every field one value.')
  }
  return {
    'sweep.preview': refuse,
    'sweep.start': refuse,
    'sweep.list': async () => [],
    'sweep.get': refuse,
    'sweep.cancel': refuse,
    'sweep.pause': refuse,
    'sweep.resume': refuse,
    'sweep.retryFailed': refuse,
    'queue.list': refuse,
    'queue.pause': refuse,
    'queue.resume': refuse,
    'queue.hold': refuse,
    'queue.release': refuse,
    'queue.move': refuse,
    'queue.prioritise': refuse,
    'specs.list': async () => [],
    'specs.save': refuse,
    'specs.delete': refuse,
  }
}
