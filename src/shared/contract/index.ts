import type { AnalysisMenu } from '../analysis'
import type { ErrorData } from '../errors'
import type { FigureDefinition } from '../figure'
import type { RunId, SweepId } from '../ids'
import type { FieldIssue, ParamSchema, ParamValues } from '../params'
import type { ClaimResult, LogEntry, MeasuredRecord, Prediction, QuantityDefinition } from '../records'
import type { PresetSweep } from '../presetSweep'
import type { RunSpec, RunSpecInput } from '../spec'
import type { AnalysisRequests } from './analysis'
import type { TheoryFigure } from '../theoryFigure'
import type { CheckpointRequests } from './checkpoints'
import type { ClaimRequests } from './claims'
import type { ComparisonRequests } from './comparisons'
import type { MatrixRequests } from './matrices'
import type { ProjectRequests } from './project'
import type { RunMarks, RunsRequests } from './runs'
import type { SweepResultRequests } from './sweepResults'
import type { TransferRequests } from './transfer'
import type { UploadRequests } from './uploads'
import type { SweepEvents, SweepRequests } from './sweeps'

/** What the service says about itself once at the start. */
export interface AppInfo {
  readonly version: string
  readonly host: 'electron' | 'loopback'
  /** File name only: the renderer never learns paths. */
  readonly projectName: string
  /** Set when the project could only be opened for reading, and why. */
  readonly readOnlyReason: string | null
  /** 'embedded' or the BLAS that jobs will use. */
  readonly blas: string
  readonly slots: number
  /** The last starts of the service failed, so the queue is paused and no run goes on by itself. */
  readonly isSafe: boolean
}

export interface SystemInfo {
  readonly id: string
  readonly title: string
  readonly question: string
  readonly sources: readonly string[]
  readonly params: ParamSchema
  readonly presets: readonly {
    id: string
    title: string
    note: string
    params: ParamValues
    extraSteps: readonly number[]
    /** Many runs around `params`; absent: one run. */
    sweep?: PresetSweep
  }[]
  readonly probes: readonly { id: string; title: string }[]
  readonly quantities: readonly QuantityDefinition[]
  readonly figures: readonly FigureDefinition[]
  readonly claims: readonly { id: string; title: string; source: string; kind: 'run' | 'exact'; slow: boolean }[]
  /** The latest verdict of each claim in this project, by claim id. */
  readonly claimStatus: Readonly<Record<string, boolean>>
}

/** Live answer to a draft in the designer. */
export interface SpecPreview {
  readonly issues: readonly FieldIssue[]
  readonly advice: readonly FieldIssue[]
  /** Null while the draft is not acceptable. */
  readonly estimate: {
    readonly seconds: number
    readonly bytes: number
    readonly steps: number
    readonly parameters: number
    readonly measuredSteps: number
    /** Where the speed comes from: 'measured on this machine' or 'rough, nothing measured yet'. */
    readonly basis: 'measured' | 'rough'
  } | null
  /** What analyses can be planned; null while the draft has no model. */
  readonly analysisMenu: AnalysisMenu | null
  readonly predictions: readonly Prediction[]
  /** Pictures of the theory around the draft; empty where the system has none. */
  readonly theoryFigures: readonly TheoryFigure[]
}

export const runStatuses = [
  'pending',
  'running',
  'completed',
  'diverged',
  'failed',
  'cancelled',
  'interrupted',
] as const
export type RunStatus = (typeof runStatuses)[number]

export interface RunSummary {
  readonly id: RunId
  readonly name: string
  readonly system: string
  readonly params: ParamValues
  readonly seed: number
  /** The sweep it belongs to; null for a run of its own. */
  readonly sweepId: SweepId | null
  readonly status: RunStatus
  /** What keeps it from training, itself, its sweep or the whole queue; a run that still trains comes to rest for it. */
  readonly held: 'run' | 'sweep' | 'queue' | null
  readonly step: number
  readonly steps: number
  /** How far it is, from 0 to 1: of its time where it trains, measuring included, else of its steps. */
  readonly fraction: number
  /** Null unless running. */
  readonly stepsPerSecond: number | null
  readonly secondsLeft: number | null
  readonly createdAt: number
  readonly endedAt: number | null
  /** Last measured value of each scalar that is not per layer. */
  readonly last: Readonly<Record<string, number>>
  readonly claimsHeld: number
  readonly claimsChecked: number
  /** Cause of a failure, in words. */
  readonly error: ErrorData | null
}

export interface RunDetail extends RunSummary {
  readonly spec: RunSpec
  readonly title: string
  readonly quantities: readonly QuantityDefinition[]
  readonly figures: readonly FigureDefinition[]
  readonly predictions: readonly Prediction[]
  /** What its system says of these parameters: what they do not show, where theory does not reach. */
  readonly advice: readonly string[]
  /** Last values that stand for words, in words: what the run has become. */
  readonly states: readonly { readonly quantity: string; readonly label: string; readonly text: string }[]
  readonly claims: readonly ClaimResult[]
  readonly log: readonly LogEntry[]
  /** What computed it: version, backend, BLAS, device, precision; null before the first step. */
  readonly provenance: Readonly<Record<string, string | number>> | null
  readonly marks: RunMarks
  /** What was measured, so that views know what to ask for. Steps ascend. */
  readonly measured: readonly { quantity: string; layer: number | null; steps: Float64Array }[]
}

export interface Series {
  readonly steps: Float64Array
  readonly values: Float64Array
}

/** Every call of the renderer. Inputs are validated by the schema of the same name in schemas.ts. */
export interface Requests
  extends
    AnalysisRequests,
    CheckpointRequests,
    ClaimRequests,
    ComparisonRequests,
    MatrixRequests,
    ProjectRequests,
    RunsRequests,
    SweepRequests,
    SweepResultRequests,
    TransferRequests,
    UploadRequests {
  'app.info': { input: null; output: AppInfo }
  'systems.list': { input: null; output: readonly SystemInfo[] }
  'spec.preview': { input: { spec: RunSpecInput }; output: SpecPreview }
  'run.start': { input: { spec: RunSpecInput }; output: { runId: RunId } }
  'run.cancel': { input: { runId: RunId }; output: null }
  /** Puts the spec of an ended run into the queue again as a new run. */
  'run.repeat': { input: { runId: RunId }; output: { runId: RunId } }
  'run.get': { input: { runId: RunId }; output: RunDetail }
  /** A scalar over the steps. */
  'run.series': { input: { runId: RunId; quantity: string; layer: number | null }; output: Series }
  /** The array measured last at or before the step; null when there is none. */
  'run.array': {
    input: { runId: RunId; quantity: string; layer: number | null; step: number }
    output: MeasuredRecord | null
  }
  /** Every measured array of a vector quantity, oldest first. */
  'run.arrays': { input: { runId: RunId; quantity: string; layer: number | null }; output: readonly MeasuredRecord[] }
}

/** Pushed by the service; progress and measurements are coalesced to a few per second. */
export interface Events extends SweepEvents {
  'run.changed': { runId: RunId }
  'run.measured': { runId: RunId; step: number }
  /** Of an analysis of a state of the run: started, further, or over. */
  /** Null: of a matrix from a file. */
  'analysis.changed': { runId: RunId | null }
}

export type Method = keyof Requests
export type EventName = keyof Events
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData }
export type Handlers = { readonly [M in Method]: (input: Requests[M]['input']) => Promise<Requests[M]['output']> }

/** Electron IPC or WebSocket. */
export interface Bridge {
  request<M extends Method>(method: M, input: Requests[M]['input']): Promise<Reply<Requests[M]['output']>>
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void
}
