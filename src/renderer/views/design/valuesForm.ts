import { paramText, type ParamDefinition } from '#shared/params'
import type { SweptValues } from '#shared/sweep'
import { parseValues, valuesText } from '#shared/sweepText'

export const formKinds = ['value', 'list', 'range', 'draw'] as const
export type FormKind = (typeof formKinds)[number]
export const scales = ['linear', 'log', 'integer'] as const
export const distributions = ['U', 'logU', 'N', 'int', 'choice'] as const
export type Distribution = (typeof distributions)[number]

/** The values of a field as separate entries, for people who do not know the syntax. */
export interface ValuesForm {
  readonly kind: FormKind
  /** The value, or the list as it is typed. */
  readonly list: string
  readonly from: string
  readonly to: string
  readonly count: string
  readonly scale: (typeof scales)[number]
  readonly distribution: Distribution
}

/** What a definition can take. */
export function kindsOf({ type }: ParamDefinition): readonly FormKind[] {
  return type === 'integer' || type === 'real' ? formKinds : formKinds.filter((kind) => kind !== 'range')
}
export function distributionsOf({ type }: ParamDefinition): readonly Distribution[] {
  return type === 'integer' || type === 'real' ? distributions : ['choice']
}

/** The form of what stands in a field, with good guesses for the entries that its kind does not have. */
export function formOf(definition: ParamDefinition, text: string): ValuesForm {
  const { values } = parseValues(definition, text)
  const guess = guessAround(definition)
  if (values === null) return { ...guess, list: text }
  switch (values.kind) {
    case 'list':
      return { ...guess, kind: values.values.length > 1 ? 'list' : 'value', list: valuesText(values) }
    case 'range':
      return { ...guess, ...endsAsText(values), kind: 'range', scale: values.scale, count: String(values.count) }
    case 'choice':
      return { ...guess, ...drawn(values, 'choice'), list: valuesText({ kind: 'list', values: values.values }) }
    case 'normal':
      return { ...guess, ...drawn(values, 'N'), from: String(values.mean), to: String(values.std) }
    case 'uniform':
      return { ...guess, ...drawn(values, 'U'), ...endsAsText(values) }
    case 'logUniform':
      return { ...guess, ...drawn(values, 'logU'), ...endsAsText(values) }
    case 'integer':
      return { ...guess, ...drawn(values, 'int'), ...endsAsText(values) }
    default:
      return values satisfies never
  }
}

/** The text of a form; it is read and refused as any other text of the field. */
export function textOf({ kind, list, from, to, count, scale, distribution }: ValuesForm): string {
  switch (kind) {
    case 'value':
    case 'list':
      return list.trim()
    case 'range':
      return `${from.trim()}..${to.trim()} ${scale} ${count.trim()}`.trim()
    case 'draw': {
      const inside = distribution === 'choice' ? list.trim() : `${from.trim()}, ${to.trim()}`
      return `~${distribution}(${inside})${count.trim() === '1' ? '' : ` ${count.trim()}`}`
    }
    default:
      return kind satisfies never
  }
}

function drawn({ count }: { readonly count: number }, distribution: Distribution) {
  return { kind: 'draw', count: String(count), distribution } as const
}

function endsAsText({ from, to }: Extract<SweptValues, { from: number }>) {
  return { from: String(from), to: String(to) }
}

/** Around the default: a decade to each side on a log scale, half and double otherwise. */
function guessAround(definition: ParamDefinition): ValuesForm {
  const isLog = definition.type === 'real' && definition.scale === 'log'
  const isWhole = definition.type === 'integer'
  const common = { kind: 'value', list: paramText(definition.default), count: '5' } as const
  if (definition.type !== 'integer' && definition.type !== 'real') {
    return { ...common, from: '', to: '', scale: 'linear', distribution: 'choice' }
  }
  const { default: middle, min, max } = definition
  const factor = isLog ? 10 : 2
  const inside = (value: number) => Math.min(max, Math.max(min, isWhole ? Math.round(value) : value))
  const ends = middle > 0 ? [middle / factor, middle * factor] : [0, 1]
  return {
    ...common,
    from: short(inside(ends[0]!)),
    to: short(inside(ends[1]!)),
    scale: isLog ? 'log' : isWhole ? 'integer' : 'linear',
    distribution: isLog ? 'logU' : isWhole ? 'int' : 'U',
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}
