import { inject } from 'vue'
import { LabError } from '#shared/errors'
import { clientKey, type Client } from '../bridge/client'

export type { Client }

/** The service, as main.ts provided it. */
export function useClient(): Client {
  const client = inject(clientKey)
  if (!client) throw new LabError('internal', 'useClient: no client was provided; mount the app through main.ts.')
  return client
}
