import type { InjectionKey, Ref } from 'vue'
import type { Bridge, Method, Requests } from '#shared/contract/index'
import { LabError } from '#shared/errors'

export type Connection = 'connecting' | 'open' | 'lost'

/** A bridge that also knows whether it reaches the service. */
export interface Transport extends Bridge {
  readonly connection: Readonly<Ref<Connection>>
}

/** What the renderer uses: replies are values, refusals are thrown LabErrors. */
export interface Client {
  readonly connection: Readonly<Ref<Connection>>
  request<M extends Method>(method: M, input: Requests[M]['input']): Promise<Requests[M]['output']>
  readonly on: Bridge['on']
}

export const clientKey: InjectionKey<Client> = Symbol('client')

export function createClient(transport: Transport): Client {
  return {
    connection: transport.connection,
    on: (event, listener) => transport.on(event, listener),
    async request(method, input) {
      const reply = await transport.request(method, input)
      if (reply.ok) return reply.value
      throw LabError.from(reply.error)
    },
  }
}
