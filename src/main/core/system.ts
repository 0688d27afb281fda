import type { FigureDefinition } from '#shared/figure'
import type { ImportedMatrix } from '#shared/importedMatrix'
import type { ParamSchema, ParamsOf, ParamValues } from '#shared/params'
import type { ClaimCheck, MeasuredRecord, Prediction } from '#shared/records'
import type { TheoryFigure } from '#shared/theoryFigure'
import type { Matrix } from '../compute/matrix'
import type { Random } from '../compute/rng/random'
import type { Dataset, Model } from './model'
import type { OptimiserSpec } from './optimiser'

/** Matrices that were imported into a project. */
export interface MatrixLibrary {
  /** The full reference of a name or a reference. @throws LabError 'not-found' that lists the known names */
  reference(text: string): string
  /** @throws LabError 'not-found' likewise */
  load(reference: string): ImportedMatrix
}

/** Shipped files (data sets), read by name, and what a project brings; passed in, so that tests choose both. */
export interface Resources {
  read(name: string): Uint8Array
  /** Absent where there is no project. */
  readonly matrices?: MatrixLibrary
}

/** Ends a run before its last step. */
export interface StopRule {
  /** Once ‖∇L‖ of the whole loss on all training samples is below this. */
  readonly gradientNorm: number
  /** Steps between two looks. */
  readonly every: number
}

/** Where online training gets its samples from. */
export interface SampleSource {
  /**
   * Fills the samples of one step, in columns: d × B inputs (absent where the features are parameters) and K × B
   * targets. They depend on the stream alone, which is the step's own, so that a resumed run sees the same ones.
   */
  draw(stream: Random, inputs: Matrix | null, targets: Matrix): void
}

export interface TrainingRecipe {
  readonly steps: number
  /** η at a step counted from 0. */
  readonly learningRate: (step: number) => number
  readonly optimiser: OptimiserSpec
  /** Samples of a mini-batch; null for full-batch steps. */
  readonly batchSize: number | null
  /** Online training: the `batchSize` samples of each step are drawn afresh instead of from the training set. */
  readonly freshSamples?: SampleSource
  /** Absent: the run takes all its steps. */
  readonly stop?: StopRule
}

/** What a claim may look at: the records of one finished run. */
export interface Evidence {
  readonly params: ParamValues
  /** The array of a quantity at exactly this step, or at the last measured one; null when it was not measured. */
  at(quantity: string, layer: number | null, step: number | 'last'): MeasuredRecord | null
}

/** A testable statement of the source, checked against the records of a run to which it applies. */
export interface RunClaim<P> {
  readonly kind: 'run'
  /** Theory note and number: '01.C2'. */
  readonly id: string
  readonly title: string
  readonly source: string
  /** The preset whose runs test it, and the seeds that `collapsar claims` trains. */
  readonly preset: string
  readonly seeds: readonly number[]
  readonly slow?: boolean
  applies(params: P): boolean
  check(evidence: Evidence, params: P): readonly ClaimCheck[]
}

/** A statement that needs no run of the project: closed forms against direct computation, or what it trains itself. */
export interface ExactClaim {
  readonly kind: 'exact'
  readonly id: string
  readonly title: string
  readonly source: string
  readonly slow?: boolean
  /** The headless demo checks it: closed forms at given points, no training to see whether something happens. */
  readonly demo?: true
  check(): Promise<readonly ClaimCheck[]>
}
export type Claim<P> = RunClaim<P> | ExactClaim

export interface Preset {
  readonly title: string
  /** What it shows and how long it takes. */
  readonly note: string
  readonly params: ParamValues
  /** Steps measured beside the logarithmic schedule. */
  readonly extraSteps?: readonly number[]
  /** The headless demo trains it: seconds, to the end of its story. */
  readonly demo?: true
}

/** A research system: one folder that describes itself. */
export interface System<S extends ParamSchema = ParamSchema> {
  /** Stored with every run: never rename, never reuse. */
  readonly id: string
  readonly title: string
  /** The one-line question it answers. */
  readonly question: string
  readonly sources: readonly string[]
  readonly params: S
  /** Warnings about values that are allowed but will not show what the source describes. */
  advice(params: ParamsOf<S>): readonly { path: string; message: string }[]
  model(params: ParamsOf<S>): Model
  data(params: ParamsOf<S>, resources: Resources): Dataset
  /** Values of every parameter by name, drawn from the run's streams. */
  initial(params: ParamsOf<S>, random: Random): Readonly<Record<string, Float64Array>>
  training(params: ParamsOf<S>): TrainingRecipe
  /**
   * Parameters that change neither the model (its graph and what it tells probes) nor its data, only initial values, learning rate and weight
   * decays: runs that differ in nothing else (and the seed) can train as one program.
   */
  readonly perReplica?: readonly (keyof S & string)[]
  /** Probe ids, measured in this order. */
  readonly probes: readonly string[]
  theory(params: ParamsOf<S>): readonly Prediction[]
  /** Pictures of the theory alone, drawn live in the designer. */
  theoryFigures?(params: ParamsOf<S>): readonly TheoryFigure[]
  readonly claims: readonly Claim<ParamsOf<S>>[]
  readonly presets: Readonly<Record<string, Preset>>
  readonly figures: readonly FigureDefinition[]
}

/** Keeps a system's own parameter types while the registry sees only `System`. */
export function defineSystem<const S extends ParamSchema>(system: System<S>): System {
  // The registry hands a system only values that parseParams made from its own schema, so S is what it receives.
  return system as unknown as System
}
