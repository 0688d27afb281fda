import { computed, ref, shallowRef, watch } from 'vue'
import { useRouter } from 'vue-router'
import type { AnalysisMenu } from '#shared/analysis'
import type { FieldIssue } from '#shared/params'
import { LabError } from '#shared/errors'
import { sweptPaths, type SweepSpecInput } from '#shared/sweep'
import { specOf } from '../../composables/draftSpec'
import { useAnswer } from '../../composables/useAnswer'
import { useClient } from '../../composables/useClient'
import { useDraft } from '../../composables/useDraft'
import { useNotices } from '../../composables/useNotices'
import { useRuns } from '../../composables/useRuns'
import { useSpecPreview } from '../../composables/useSpecPreview'
import { useWorkbench } from '../../composables/useWorkbench'
import { alikeAdvice } from './alikeAdvice'
import { words } from './words'

/** So many of the first runs are shown. */
const shownRows = 50

interface AskedSweep {
  readonly spec: SweepSpecInput
  readonly over: string | null
}

/** The draft with everything that follows from it: specs, issues, previews, and the start. */
export function useDesign() {
  const client = useClient()
  const workbench = useWorkbench()
  const runs = useRuns()
  const drafts = useDraft()
  const notices = useNotices()
  const router = useRouter()

  const system = computed(() => workbench.systemById(drafts.draft.system))
  const made = computed(() => (system.value ? specOf(drafts.draft, system.value) : null))
  const acceptable = computed(() => (made.value && made.value.issues.length === 0 ? made.value : null))
  const swept = computed(() => sweptPaths({ axes: made.value?.sweep?.axes ?? [] }))

  /** The swept field over which theory is drawn; null: the service chooses. */
  const over = ref<string | null>(null)
  watch(swept, (paths) => {
    if (over.value !== null && !paths.includes(over.value)) over.value = null
  })
  const run = useSpecPreview(computed(() => acceptable.value?.base ?? null))
  /** As last known: a draft that is not acceptable has no model to be analysed. */
  const menu = shallowRef<AnalysisMenu | null>(null)
  watch(run.preview, (preview) => (menu.value = preview?.analysisMenu ?? menu.value))
  const askedSweep = computed((): AskedSweep | null => {
    const spec = acceptable.value?.sweep
    return spec ? { spec, over: over.value } : null
  })
  const sweep = useAnswer(askedSweep, ({ spec, over: path }) =>
    client.request('sweep.preview', { spec, rows: shownRows, over: path }),
  )
  const isSweep = computed(() => made.value !== null && made.value.sweep !== null)
  const isCurrent = computed(() => run.isCurrent.value && (!isSweep.value || sweep.isCurrent.value))

  /** Local issues at once; what only the service knows when its answer is to what stands there now. */
  const issues = computed((): readonly FieldIssue[] => {
    if (!made.value) return []
    if (made.value.issues.length > 0) return made.value.issues
    if (isSweep.value) return sweep.isCurrent.value ? (sweep.answer.value?.issues ?? []) : []
    return run.isCurrent.value ? (run.preview.value?.issues ?? []) : []
  })
  const advice = computed((): readonly FieldIssue[] => {
    if (!isCurrent.value) return []
    const given = (isSweep.value ? sweep.answer.value?.advice : run.preview.value?.advice) ?? []
    return alikeAdvice(given).map(({ path, message, more }) => ({ path, message: words.alike(message, more) }))
  })

  const starting = ref(false)
  const refusal = ref<string | null>(null)
  watch(acceptable, () => (refusal.value = null))
  const canStart = computed(() => acceptable.value !== null && issues.value.length === 0 && !starting.value)

  async function start(): Promise<void> {
    const spec = acceptable.value
    if (!spec || !canStart.value) return
    starting.value = true
    refusal.value = null
    try {
      if (spec.sweep) {
        const started = await client.request('sweep.start', { spec: spec.sweep })
        notices.show({ text: words.started(started.runs) })
      } else {
        await client.request('run.start', { spec: spec.base })
      }
      await runs.refresh()
      await router.push({ name: 'queue' })
    } catch (thrown) {
      refusal.value = LabError.from(thrown).message
    } finally {
      starting.value = false
    }
  }
  async function refresh(): Promise<void> {
    await Promise.all([run.refresh(), sweep.refresh()])
  }
  return {
    system,
    made,
    swept,
    over,
    isSweep,
    runPreview: run.preview,
    sweepPreview: computed(() => (isSweep.value ? sweep.answer.value : null)),
    isCurrent,
    menu,
    error: computed(() => run.error.value ?? sweep.error.value),
    issues,
    advice,
    refusal,
    canStart,
    start,
    refresh,
  }
}
