import { issueWith, type FieldIssue, type ParamDefinition, type ParamSchema, type ParamValue } from './params'
import { isSatisfied, namesIn, parseConstraint } from './sweepConstraint'
import { fieldDefinition, fieldValue, pathNamed, sweepablePaths, withFields } from './sweepFields'
import { countOfValues, isDistribution, MAX_SWEEP_RUNS, sweptPaths } from './sweep'
import type { SweepAxis, SweepRow, SweepSpec, SweptField, SweptValues } from './sweep'
import { LabError } from './errors'

/** A stream of random numbers by name, from its beginning: numbers depend on the sweep's draw seed and the name alone. */
export type DrawStream = (name: string) => {
  /** On [0, 1). */
  uniform(n: number): Float64Array
  normal(n: number): Float64Array
}

/** The runs of a sweep, without making them all. */
export interface Expansion {
  /** Columns of the rows. */
  readonly paths: readonly string[]
  /** Why the sweep cannot be started; there are no rows then. */
  readonly issues: readonly FieldIssue[]
  /** Points before constraints, with what coincided already taken out of each axis. */
  readonly points: number
  /** Each run once, in the order in which they are queued. Rows are made while one iterates. */
  rows(): Iterable<SweepRow>
  /** The spec of a row, to be checked like any draft. */
  draft(row: SweepRow): ReturnType<typeof withFields>
  /** Counts of the whole sweep; with constraints or draws this passes over all points. */
  tally(): Tally
}

export interface Tally {
  readonly runs: number
  /** Points that a constraint excludes. */
  readonly excluded: number
  /** Points that are the same as one before. */
  readonly duplicates: number
}

const NOTHING: Tally = { runs: 0, excluded: 0, duplicates: 0 }

/** How often a random point is drawn again when constraints exclude it. */
const ATTEMPTS = 100

/** Expands a sweep lazily. It decides nothing about the systems: every row is still to be checked as a spec. */
export function expandSweep(sweep: SweepSpec, schema: ParamSchema, stream: DrawStream): Expansion {
  const paths = sweptPaths(sweep)
  const issues = issuesOf(sweep, schema)
  const draft = (row: SweepRow) =>
    withFields(
      baseOf(sweep),
      row.map((value, i) => [paths[i] ?? '', value]),
    )
  const empty = { paths, issues, points: 0, rows: () => [], draft, tally: () => NOTHING }
  if (issues.length > 0) return empty

  const source = pointsOf(sweep, schema, stream)
  if (source.count > MAX_SWEEP_RUNS) {
    const message = `The sweep has ${source.count} points; ${MAX_SWEEP_RUNS} are the most. Take fewer values, or draw at random.`
    return { ...empty, issues: [{ path: 'axes', message }], points: source.count }
  }
  const conditions = sweep.constraints.map((text) => conditionOn(sweep, text, schema))
  const troubles = conditions.flatMap((condition, i) => troubleWith(condition, source.row(0, 0), `constraints.${i}`))
  if (troubles.length > 0) return { ...empty, issues: troubles, points: source.count }
  const satisfies = (row: SweepRow) => conditions.every((condition) => condition(row))

  function* walk(tally: { -readonly [K in keyof Tally]: Tally[K] }): Generator<SweepRow> {
    tally.duplicates = source.coinciding
    const seen = source.isDrawn ? new Set<string>() : null
    for (let i = 0; i < source.count; i++) {
      const row = source.find(i, satisfies)
      const key = seen && row && JSON.stringify(row)
      if (!row) tally.excluded++
      else if (key && seen.has(key)) tally.duplicates++
      else {
        if (key) seen.add(key)
        tally.runs++
        yield row
      }
    }
  }

  return {
    ...empty,
    points: source.count,
    rows: () => walk({ ...NOTHING }),
    tally() {
      // A grid without constraints is counted without making it.
      if (!source.isDrawn && conditions.length === 0) {
        return { runs: source.count, excluded: 0, duplicates: source.coinciding }
      }
      const tally = { ...NOTHING }
      const walking = walk(tally)
      while (!walking.next().done) continue
      return tally
    },
  }
}

/** What every run of the sweep begins with. */
function baseOf({ base, name }: SweepSpec): SweepSpec['base'] {
  return { ...base, name: base.name || name }
}

/** The points of a sweep by their number. */
interface Points {
  readonly count: number
  /** Points that were taken out because their axis has the same values twice. */
  readonly coinciding: number
  /** Whether points are drawn and may coincide. */
  readonly isDrawn: boolean
  row(point: number, attempt: number): SweepRow
  /** The point's row if it satisfies the constraints; drawn points are tried again. */
  find(point: number, satisfies: (row: SweepRow) => boolean): SweepRow | null
}

function pointsOf(sweep: SweepSpec, schema: ParamSchema, stream: DrawStream): Points {
  const { axes, strategy } = sweep
  const draws = strategy.kind === 'grid' ? null : strategy.draws
  if (draws === null) return gridPoints(axes.map((axis) => axisRows(axis, schema, stream)))
  const drawers = axes.map((axis) => (isSeedAxis(axis) ? null : drawerOf(axis, schema, stream)))
  const seeds = axes.map((axis) => (isSeedAxis(axis) ? axisRows(axis, schema, stream).rows : []))
  const crossed = seeds.reduce((product, rows) => product * Math.max(1, rows.length), 1)
  function row(point: number, attempt: number): SweepRow {
    const [draw, seed] = [Math.floor(point / crossed), point % crossed]
    return axes.flatMap((_, a) => drawers[a]?.(`${draw}/${attempt}`) ?? seeds[a]?.[seed] ?? [])
  }
  return {
    count: draws * crossed,
    coinciding: 0,
    isDrawn: true,
    row,
    find(point, satisfies) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = row(point, attempt)
        if (satisfies(found)) return found
      }
      return null
    },
  }
}

function gridPoints(axes: readonly { rows: readonly SweepRow[]; given: number }[]): Points {
  const count = axes.reduce((product, { rows }) => product * rows.length, 1)
  const given = axes.reduce((product, axis) => product * axis.given, 1)
  function row(point: number): SweepRow {
    let rest = point
    const parts: SweepRow[] = []
    for (const { rows } of axes.toReversed()) {
      parts.push(rows[rest % rows.length] ?? [])
      rest = Math.floor(rest / rows.length)
    }
    return parts.toReversed().flat()
  }
  return {
    count,
    coinciding: given - count,
    isDrawn: false,
    row,
    find(point, satisfies) {
      const found = row(point)
      return satisfies(found) ? found : null
    },
  }
}

/** An axis of seeds alone is crossed with the random points instead of drawn. */
function isSeedAxis(axis: SweepAxis): boolean {
  return axis.length === 1 && axis[0]?.path === 'seed'
}

/** The values of an axis of a grid, those that coincide once. */
function axisRows(axis: SweepAxis, schema: ParamSchema, stream: DrawStream): { rows: SweepRow[]; given: number } {
  const columns = axis.map((field) => gridValues(field, schema, stream))
  const given = columns[0]?.length ?? 0
  const rows = new Map<string, SweepRow>()
  for (let i = 0; i < given; i++) {
    const row = columns.map((values) => values[i] ?? 0)
    const key = JSON.stringify(row)
    if (!rows.has(key)) rows.set(key, row)
  }
  return { rows: [...rows.values()], given }
}

function gridValues({ path, values }: SweptField, schema: ParamSchema, stream: DrawStream): ParamValue[] {
  const round = rounding(path, schema)
  if (values.kind === 'list') return [...values.values]
  if (values.kind === 'range') return rangeValues(values).map(round)
  return Array.from({ length: values.count }, (_, i) => drawnValue(values, stream(`${path}/${i}`), round))
}

/** Both ends exactly as given, whatever rounding does between them. */
function rangeValues({ from, to, count, scale }: Extract<SweptValues, { kind: 'range' }>): number[] {
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return from
    if (i === count - 1) return to
    const fraction = i / (count - 1)
    if (scale === 'log') return from * (to / from) ** fraction
    const value = from + (to - from) * fraction
    return scale === 'integer' ? Math.round(value) : value
  })
}

/** Draws points of an axis by their name. Zipped fields take the same place of their lists and ranges. */
function drawerOf(axis: SweepAxis, schema: ParamSchema, stream: DrawStream): (draw: string) => SweepRow {
  const name = axis.map(({ path }) => path).join('+')
  const fields = axis.map((field) => ({
    ...field,
    round: rounding(field.path, schema),
    choices: isDistribution(field.values) ? [] : gridValues(field, schema, stream),
  }))
  return (draw) => {
    const [place = 0] = stream(`${name}/${draw}`).uniform(1)
    return fields.map(({ path, values, round, choices }) =>
      isDistribution(values)
        ? drawnValue(values, stream(`${path}/draw ${draw}`), round)
        : (choices[Math.floor(place * choices.length)] ?? 0),
    )
  }
}

function drawnValue(values: SweptValues, source: ReturnType<DrawStream>, round: (value: number) => number): ParamValue {
  const uniform = () => source.uniform(1)[0] ?? 0
  switch (values.kind) {
    case 'uniform':
      return round(values.from + (values.to - values.from) * uniform())
    case 'logUniform':
      return round(values.from * (values.to / values.from) ** uniform())
    case 'normal':
      return round(values.mean + values.std * (source.normal(1)[0] ?? 0))
    case 'integer':
      return values.from + Math.floor((values.to - values.from + 1) * uniform())
    case 'choice':
      return values.values[Math.floor(values.values.length * uniform())] ?? 0
    default:
      throw new LabError('internal', `Nothing is drawn from a ${values.kind}.`)
  }
}

function rounding(path: string, schema: ParamSchema): (value: number) => number {
  return fieldDefinition(path, schema)?.type === 'integer' ? Math.round : (value) => value
}

function issuesOf(sweep: SweepSpec, schema: ParamSchema): FieldIssue[] {
  const taken = new Set<string>()
  const issues: FieldIssue[] = []
  for (const axis of sweep.axes) {
    for (const field of axis) {
      const message = issueWithField(field, schema) ?? (taken.has(field.path) ? `${field.path} is swept twice.` : null)
      taken.add(field.path)
      if (message) issues.push({ path: field.path, message })
    }
    const lengths = axis.map(({ values }) => countOfValues(values))
    if (new Set(lengths).size > 1) {
      const parts = axis.map(({ path }, i) => `${path} has ${lengths[i]}`).join(', ')
      issues.push({ path: axis[0]?.path ?? 'axes', message: `Zipped fields need as many values each: ${parts}.` })
    }
  }
  sweep.constraints.forEach((text, i) => {
    const message = issueWithConstraint(text, schema)
    if (message) issues.push({ path: `constraints.${i}`, message })
  })
  return issues
}

function issueWithField({ path, values }: SweptField, schema: ParamSchema): string | null {
  const definition = fieldDefinition(path, schema)
  if (!definition) return `"${path}" cannot be swept. Known: ${sweepablePaths(schema).join(', ')}.`
  const name = path.replace(/^params\./, '')
  const messages = valuesToCheck(values).map((value) => issueWith(name, definition, value))
  return messages.find((message) => message !== null) ?? shapeIssue(values, definition)
}

/** The ends of a range stand for what lies between them; a normal distribution has none. */
function valuesToCheck(values: SweptValues): readonly ParamValue[] {
  if (values.kind === 'list' || values.kind === 'choice') return values.values
  return values.kind === 'normal' ? [] : [values.from, values.to]
}

function shapeIssue(values: SweptValues, definition: ParamDefinition): string | null {
  const title = definition.label
  const isNumber = definition.type === 'integer' || definition.type === 'real'
  if (!isNumber && values.kind === 'normal') return `${title}: ~N draws numbers; use ~choice(…).`
  const isLog = values.kind === 'logUniform' || (values.kind === 'range' && values.scale === 'log')
  if (isLog && !(values.from > 0 && values.to > 0)) return `${title}: a logarithmic scale needs two positive ends.`
  if (values.kind === 'integer' && !(values.to >= values.from)) return `${title}: ~int needs the smaller end first.`
  if (values.kind === 'normal' && !(values.std >= 0)) return `${title}: the standard deviation is negative.`
  return null
}

function issueWithConstraint(text: string, schema: ParamSchema): string | null {
  try {
    const unknown = namesIn(parseConstraint(text)).find((name) => pathNamed(name, schema) === null)
    if (unknown === undefined) return null
    const known = Object.keys(schema).join(', ')
    return `"${unknown}" is no parameter. Known: ${known}, seed; symbols work too.`
  } catch (thrown) {
    return LabError.from(thrown).message
  }
}

type Condition = (row: SweepRow) => boolean

function conditionOn(sweep: SweepSpec, text: string, schema: ParamSchema): Condition {
  const tree = parseConstraint(text)
  const paths = sweptPaths(sweep)
  const places = new Map(
    namesIn(tree).map((name) => {
      const path = pathNamed(name, schema) ?? name
      return [name, { column: paths.indexOf(path), fixed: fieldValue(sweep.base, path, schema) ?? 0 }]
    }),
  )
  return (row) =>
    isSatisfied(tree, (name) => {
      const place = places.get(name)
      return row[place?.column ?? -1] ?? place?.fixed ?? 0
    })
}

/** What is wrong with the meaning of a condition (loss < 3, where loss is a word) shows on any row. */
function troubleWith(condition: Condition, row: SweepRow, path: string): FieldIssue[] {
  try {
    condition(row)
    return []
  } catch (thrown) {
    return [{ path, message: LabError.from(thrown).message }]
  }
}
