import { z } from 'zod'
import type { StoredQuadrature } from './bulkDensity'
import type { ErrorData } from './errors'
import type { RunId } from './ids'
import type { Alignment } from './outliers'
import type { Prediction, SpectrumMeta } from './records'

const layer = z.int().min(1).max(10_000)

/** Which eigenvalues of which matrix of a state are wanted, and how. */
export const analysisSpecSchema = z.strictObject({
  /** Id in the catalogue of operators. */
  operator: z.string().min(1).max(100),
  /** Parameter names, for operators over parameters; null: all. */
  parameters: z.array(z.string().max(200)).max(10_000).readonly().nullable().default(null),
  /** For operators of one layer, and of two. Counted from 1. */
  layer: layer.nullable().default(null),
  otherLayer: layer.nullable().default(null),
  /** 'auto': the exact route where there is one, dense for small matrices, else iteration. */
  method: z.enum(['auto', 'dense', 'lanczos']).default('auto'),
  /** How many of the largest eigenvalues, where not all are computed; null: as many as theory asks for. */
  top: z.int().min(1).max(1000).nullable().default(null),
  /** How many of the smallest, by iteration. */
  bottom: z.int().min(0).max(1000).default(0),
  /** Density of all that is not listed, by quadrature: random probes × Lanczos steps. Iteration only: others list all. */
  density: z
    .strictObject({ probes: z.int().min(1).max(1000).default(10), steps: z.int().min(1).max(1000).default(80) })
    .nullable()
    .default(null),
  /** For a matrix from a file that is a covariance: of how many independent samples. */
  samples: z.int().min(1).nullable().default(null),
  /** Keep the eigenvectors of the largest eigenvalues. */
  vectors: z.boolean().default(false),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
})
export type AnalysisSpec = z.output<typeof analysisSpecSchema>
export type AnalysisSpecInput = z.input<typeof analysisSpecSchema>

/**
 * pending and running: not over. done: complete. cancelled: a person stopped it. interrupted: its process ended. Cancelled
 * and interrupted ones keep their basis: the same question goes on from there.
 */
export const analysisStatuses = ['pending', 'running', 'done', 'cancelled', 'interrupted', 'failed'] as const
export type AnalysisStatus = (typeof analysisStatuses)[number]

/** How far a search is. Iterations do not know how many products they will need: `expected` grows where it falls short. */
export interface AnalysisProgress {
  readonly products: number
  readonly expected: number
  /** Pairs that are final. */
  readonly converged: number
  readonly secondsLeft: number | null
}

export interface AnalysisSummary {
  readonly id: number
  /** Null for a matrix from a file. */
  readonly runId: RunId | null
  readonly step: number | null
  /** The operator in words once it is known: 'Hessian of the loss, weights only'; else its id. */
  readonly matrix: string
  readonly spec: AnalysisSpec
  readonly status: AnalysisStatus
  /** Null unless running. */
  readonly progress: AnalysisProgress | null
  readonly error: ErrorData | null
  /** SHA-256 (hex) of everything that the result depends on. */
  readonly inputHash: string
  readonly createdAt: number
  readonly endedAt: number | null
}

export interface AnalysisDetail extends AnalysisSummary {
  /** Null before there is any result. */
  readonly result: {
    readonly meta: SpectrumMeta
    /** Descending: all, or the largest that converged. */
    readonly eigenvalues: Float64Array
    /** Ascending: the smallest that converged; empty where all are listed or none were asked for. */
    readonly bottom: Float64Array
    /** ‖Hv − λv‖ of the largest, as far as eigenvectors were computed, then of the smallest. */
    readonly residuals: Float64Array
    /** What theory says of a trained state; null where it says nothing of this matrix. */
    readonly levels: Prediction['levels'] | null
    /** What the density of the rest is made from; null where no quadrature was made. */
    readonly quadrature: StoredQuadrature | null
    /** Where the kept eigenvectors lie; null where none are kept or there are no classes. */
    readonly alignment: Alignment | null
  } | null
}

type Asked = Pick<AnalysisSummary, 'runId' | 'spec'>

/** Whether two analyses ask the same of states of one run: what their outliers can be followed through. */
export function sameQuestion(a: Asked, b: Asked): boolean {
  return a.runId !== null && a.runId === b.runId && JSON.stringify(a.spec) === JSON.stringify(b.spec)
}

/** One outlier direction followed over the steps. */
export interface OutlierTrack {
  readonly id: number
  /** First step at which it is an outlier. */
  readonly born: number
  /** First step at which it no longer is; null while it lasts. */
  readonly died: number | null
  readonly points: readonly { readonly step: number; readonly value: number }[]
}

/** Two tracks change their order between two measured steps. */
export interface Crossing {
  /** The first measured step in the new order. */
  readonly step: number
  /** The track that is above from now on, and the one it has passed. */
  readonly above: number
  readonly below: number
}

export interface OutlierHistory {
  readonly tracks: readonly OutlierTrack[]
  readonly crossings: readonly Crossing[]
  /** Overlap of the whole outlier space with that of the step before, ‖UᵀV‖_F² / min(p, q). */
  readonly overlaps: readonly { readonly step: number; readonly overlap: number }[]
}

/** The outlier spaces of several steps against each other; theory note 04, section (c) 3. */
export interface SubspaceDrift {
  /** Those with an outlier, ascending. */
  readonly steps: readonly number[]
  /** ‖U_sᵀU_t‖_F² / min(p, q), steps × steps: 1 where the smaller space lies in the larger one. */
  readonly overlaps: Float64Array
  /** Principal angles to the space of the step before, ascending, in radians. */
  readonly angles: readonly { readonly step: number; readonly angles: Float64Array }[]
}

export interface TrackedOutliers extends OutlierHistory {
  /** Null where the eigenvectors of all steps together are too many to compare. */
  readonly drift: SubspaceDrift | null
}

/** What can be analysed of a model. */
export interface AnalysisMenu {
  readonly operators: readonly OperatorInfo[]
  readonly parameters: readonly string[]
  /** Those that are weight matrices, from layer 1 on. */
  readonly weights: readonly string[]
}

/** One entry of the catalogue for a model. */
export interface OperatorInfo {
  readonly id: string
  readonly title: string
  readonly help: string
  readonly choose: 'parameters' | 'layer' | 'layerPair'
}
