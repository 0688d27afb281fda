import type { FieldIssue } from '#shared/params'
import { parseSchedule, parseSteps, scheduleText } from '#shared/scheduleText'
import type { AnalysisPlan, RunSpec } from '#shared/spec'
import type { Draft } from './draft'
import { words } from './words'

/** What is measured and analysed beside the schedule of the run. */
export interface Plans {
  readonly probeSchedules: RunSpec['probeSchedules']
  readonly analyses: AnalysisPlan[]
  readonly issues: readonly FieldIssue[]
}

/** Reads the schedules of single probes and the analyses of a draft; what is not acceptable is left out and named. */
export function readPlans(draft: Pick<Draft, 'probeSchedules' | 'analyses'>): Plans {
  const issues: FieldIssue[] = []
  const probeSchedules: RunSpec['probeSchedules'] = {}
  for (const [id, text] of Object.entries(draft.probeSchedules)) {
    if (text.trim() === '') continue
    const { schedule, problem } = parseSchedule(text)
    if (schedule) probeSchedules[id] = schedule
    if (problem !== null) issues.push({ path: `probeSchedules.${id}`, message: problem })
  }
  const analyses = draft.analyses.flatMap(({ spec, steps, count }, i): AnalysisPlan[] => {
    const refuse = (given: string, expected: string) => {
      issues.push({ path: `analyses.${i}`, message: words.draft.refusal(given, expected) })
      return []
    }
    const chosen = parseSteps(steps)
    if (!chosen) return refuse(steps, words.draft.plannedSteps)
    const top = count.trim() === '' ? null : Number(count)
    if (top !== null && !(Number.isInteger(top) && top >= 1 && top <= 1000)) {
      return refuse(count, words.draft.plannedCount)
    }
    return [{ steps: chosen, spec: { ...spec, top } }]
  })
  return { probeSchedules, analyses, issues }
}

/** The draft of what a spec says; `readPlans` reads it back. */
export function plansFrom({ probeSchedules, analyses }: RunSpec): Pick<Draft, 'probeSchedules' | 'analyses'> {
  const texts = Object.entries(probeSchedules).map(([id, schedule]) => [id, scheduleText(schedule)] as const)
  return {
    probeSchedules: Object.fromEntries(texts),
    analyses: analyses.map(({ steps, spec }) => ({
      spec,
      steps: steps.join(', '),
      count: spec.top === null ? '' : String(spec.top),
    })),
  }
}
