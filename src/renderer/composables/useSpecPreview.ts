import type { Ref } from 'vue'
import type { RunSpecInput } from '#shared/spec'
import { useAnswer } from './useAnswer'
import { useClient } from './useClient'

/** The service's live answer to a draft; null where there is no acceptable draft to ask about. */
export function useSpecPreview(spec: Ref<RunSpecInput | null>) {
  const { request } = useClient()
  const { answer: preview, ...rest } = useAnswer(spec, (asked) => request('spec.preview', { spec: asked }))
  return { preview, ...rest }
}
