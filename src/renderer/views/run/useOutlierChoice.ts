import { computed, ref, watch, type Ref } from 'vue'
import type { AnalysisDetail } from '#shared/analysis'
import type { OutlierChoice } from '#shared/outlierChoice'
import { usualChoice } from '#shared/outliers'
import { outlierRules } from '#charts/analysisFigure'
import { useClient } from '../../composables/useClient'
import { useNotices } from '../../composables/useNotices'
import { words } from './words'

const BY_HAND = 'byHand'
/** A threshold is stored once nobody types any more. */
const TYPED_MS = 500

/** What the outliers of an analysis are counted by: shown at once, and kept with the analysis. */
export function useOutlierChoice(analysis: Ref<AnalysisDetail>) {
  const { request } = useClient()
  const notices = useNotices()
  const rule = ref('')
  const threshold = ref('')
  const rules = computed(() => (analysis.value.result ? outlierRules(analysis.value.result.meta) : []))
  watch(
    // An analysis that is opened before it has ended gets its rules later. What is read again of the same one is older
    // than what a person has just chosen.
    [() => analysis.value.id, () => rules.value.length],
    () => {
      const usual = usualChoice(analysis.value.result?.meta ?? {})
      const known = 'rule' in usual && rules.value.some((candidate) => candidate.rule === usual.rule)
      rule.value = known ? usual.rule : BY_HAND
      threshold.value = 'threshold' in usual ? String(usual.threshold) : ''
    },
    { immediate: true },
  )
  const typed = computed(() => (threshold.value.trim() === '' ? NaN : Number(threshold.value)))
  const choice = computed((): OutlierChoice =>
    rule.value === BY_HAND ? { threshold: Number.isNaN(typed.value) ? Infinity : typed.value } : { rule: rule.value },
  )
  let waiting: ReturnType<typeof setTimeout> | undefined
  /** The last choice counts: one that still waits is forgotten for it. */
  function keep(afterMs: number): void {
    const asked = { analysisId: analysis.value.id, choice: choice.value }
    clearTimeout(waiting)
    waiting = setTimeout(() => void notices.guard(() => request('analysis.choose', asked)), afterMs)
  }
  return {
    choice,
    rule,
    threshold,
    isByHand: computed(() => rule.value === BY_HAND),
    isUnread: computed(() => rule.value === BY_HAND && threshold.value.trim() !== '' && Number.isNaN(typed.value)),
    options: computed(() => [
      ...rules.value.map(({ rule: value, label }) => ({ value, label })),
      { value: BY_HAND, label: words.analyses.result.byHand },
    ]),
    /** A person chose: what the analysis says itself is no choice. */
    chooseRule(chosen: string) {
      rule.value = chosen
      if (chosen !== BY_HAND || Number.isFinite(typed.value)) keep(0)
    },
    chooseThreshold(text: string) {
      threshold.value = text
      if (Number.isFinite(typed.value)) keep(TYPED_MS)
    },
  }
}
