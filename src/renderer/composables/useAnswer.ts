import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref } from 'vue'
import { LabError } from '#shared/errors'
import { oneAtATime } from './oneAtATime'
import { useClient } from './useClient'

const debounceMs = 200

/**
 * The service's live answer to what is being typed. At most one request is on its way: a newer question waits until the
 * older one is answered, and only the newest of those that wait is asked. The last answer stays while the next is made.
 *
 * @param question null where there is nothing acceptable to ask about
 */
export function useAnswer<Question, Answer>(
  question: Ref<Question | null>,
  ask: (question: Question) => Promise<Answer>,
) {
  const { connection } = useClient()
  // Shallow: a proxy around the question would be another object, and Electron cannot send one.
  const asked = shallowRef(question.value)
  const answered = shallowRef<{ readonly question: Question; readonly answer: Answer } | null>(null)
  const error = shallowRef<LabError | null>(null)

  const refresh = oneAtATime(async () => {
    const now = asked.value
    try {
      answered.value = now === null ? null : { question: now, answer: await ask(now) }
      error.value = null
    } catch (thrown) {
      error.value = LabError.from(thrown)
    }
  })
  watchDebounced(question, (next) => (asked.value = next), { debounce: debounceMs })
  watch([asked, connection], () => connection.value === 'open' && void refresh(), { immediate: true })
  return {
    answer: computed(() => answered.value?.answer ?? null),
    /** Whether the answer is to what stands there now. */
    isCurrent: computed(() => answered.value?.question === question.value),
    error,
    refresh,
  }
}
