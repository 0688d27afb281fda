import type { Router } from 'vue-router'
import { z } from 'zod'
import { useKept } from './composables/useKept'

const addressSchema = z.string().regex(/^\/[^\s]*$/)

/** Comes back to the place that was shown last, unless the address names one. */
export function keepPlace(router: Router, hash: string): void {
  const place = useKept('place', addressSchema, '/')
  if (/^#?\/?$/.test(hash) && place.value !== '/') void router.replace(place.value)
  router.afterEach((to, _from, failure) => {
    if (!failure) place.value = to.fullPath
  })
}
