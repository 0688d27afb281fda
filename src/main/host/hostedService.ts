import type { Bridge, Reply } from '#shared/contract/index'

/** What a host needs of the service: every call is checked on arrival, so that whatever a page sends may be passed. */
export interface HostedService {
  call(method: unknown, input: unknown): Promise<Reply<unknown>>
  on: Bridge['on']
}
