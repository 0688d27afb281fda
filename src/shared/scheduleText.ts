import { scheduleSchema, type AnalysisPlan, type Schedule } from './spec'

const EXPECTED = 'log 12, every 100, end, or steps such as 300, 1000; steps may follow the others: log 12, 300'

/** A schedule as it is typed: its kind with its number, then single steps; `parseSchedule` reads it back. */
export function scheduleText({ kind, perDecade, every, extraSteps }: Schedule): string {
  const head = { log: [`log ${perDecade}`], linear: [`every ${every}`], end: extraSteps.length > 0 ? [] : ['end'] }[
    kind
  ]
  return [...head, ...extraSteps.map(String)].join(', ')
}

/** What a text says; null where it says nothing that is a schedule. */
export function parseSchedule(text: string): { readonly schedule: Schedule | null; readonly problem: string | null } {
  const [head = '', ...rest] = text.split(',').map((part) => part.trim())
  const [, word = '', number = ''] = /^(log|every|end)\s*(\d*)$/.exec(head) ?? []
  const steps = (word ? rest : [head, ...rest]).map((part) => (/^\d+$/.test(part) ? Number(part) : NaN))
  const extraSteps = { extraSteps: steps }
  const parsed = scheduleSchema.safeParse(
    {
      log: { kind: 'log', ...(number && { perDecade: Number(number) }), ...extraSteps },
      every: { kind: 'linear', every: number === '' ? NaN : Number(number), ...extraSteps },
      end: { kind: 'end', ...extraSteps },
      '': { kind: 'end', ...extraSteps },
    }[word],
  )
  if (parsed.success) return { schedule: parsed.data, problem: null }
  return { schedule: null, problem: `Got "${text}", expected ${EXPECTED}.` }
}

/** Whole steps with commas or blanks between them; null for anything else. */
export function parseSteps(text: string): number[] | null {
  const parts = text.split(/[,\s]+/).filter(Boolean)
  return parts.every((part) => /^\d{1,15}$/.test(part)) ? parts.map(Number) : null
}

/** An analysis after training in a line: 'hessian of layer 2 at 300, last'. */
export function planText({ steps, spec }: AnalysisPlan): string {
  const layers = [spec.layer, spec.otherLayer].filter((layer) => layer !== null).join(' and ')
  const over = spec.parameters?.join(', ')
  return [
    spec.operator,
    ...(layers ? [`of layer ${layers}`] : []),
    ...(over ? [`over ${over}`] : []),
    ...(spec.top === null ? [] : [`top ${spec.top}`]),
    `at ${steps.length > 0 ? steps.join(', ') : 'the last step'}`,
  ].join(' ')
}
