import { z } from 'zod'
import type { JsonValue } from './json'
import { outlierChoiceSchema, type OutlierChoice } from './outlierChoice'
import { outlierGroupSchema, type OutlierGroup } from './outlierGroup'

/** What a probe measures, described once and stored with each run, so that a saved run explains itself. */
export interface QuantityDefinition {
  readonly id: string
  readonly label: string
  /** As in the paper: ‖∇L‖, σ, NC1. */
  readonly symbol: string
  /** Empty for dimensionless. */
  readonly unit: string
  /** What it means and how it was measured, in a sentence or two. */
  readonly help: string
  /** Definition with normalisation, in Unicode. */
  readonly formula: string
  /** Paper and section of the theory notes. */
  readonly source: string
  /** A clock is a scalar that depends on the machine and the moment: no two repetitions of a run agree on it. */
  readonly kind: 'scalar' | 'clock' | 'vector' | 'matrix' | 'spectrum' | 'density'
  /** The axis that shows it best. */
  readonly scale: 'linear' | 'log'
  readonly perLayer: boolean
  /** The words that its numbers stand for, from 0 on; absent where they are plain numbers. */
  readonly codes?: readonly string[]
}

/** One measured array: a scalar has shape []. Layers count from 1 as in the papers; null where none is meant. */
export interface MeasuredRecord {
  readonly quantity: string
  readonly layer: number | null
  readonly step: number
  readonly shape: readonly number[]
  readonly data: Float64Array
  /** How it was computed: for a spectrum a SpectrumMeta. */
  readonly meta: Readonly<Record<string, JsonValue>> | null
}

/** What a stored spectrum says beside its eigenvalues (descending; shape [count]). */
export interface SpectrumMeta {
  /** In words: 'layer Hessian, data part'. */
  readonly matrix: string
  /** Dimension of the matrix. */
  readonly dimension: number
  readonly includesRegularisation: boolean
  readonly method: 'dense' | 'kronecker' | 'gram' | 'lanczos'
  /** False: only the eigenvalues listed are known (the largest). */
  readonly complete: boolean
  readonly dtype: 'float64' | 'float32'
  /** Eigenvalues that count as outliers by the theory count, null where theory names none. */
  readonly theoryCount: number | null
  readonly products: number | null
  /** Largest recomputed residual ‖Hv − λv‖ over the listed pairs; null where no eigenvectors were computed. */
  readonly maxResidual: number | null
  /** max |VᵀV − I| over the eigenvectors that were computed; absent where none were. */
  readonly orthogonalityDefect?: number
  /** Eigenvalues up to this size are zero to rounding, in the units of the matrix. */
  readonly rounding?: number
  /** Copies found at the top beside those that theory predicts; absent where nothing was counted. */
  readonly copies?: readonly {
    readonly value: number
    readonly found: number
    readonly predicted: number | null
    /** The list ends inside this level. */
    readonly cut: boolean
  }[]
  /** How far apart copies of one level may be, as a share of the largest |eigenvalue|. */
  readonly copiesWithin?: number
  /** Outliers by every rule that applies, each with what it rests on; they can be redone from the eigenvalues. */
  readonly counts?: readonly {
    readonly rule: string
    readonly count: number
    /** Null where the next eigenvalue is not known. */
    readonly threshold: number | null
    readonly statistic: number | null
  }[]
  /** The classes that the leading eigenvalues of a recorded spectrum belong to; absent where nobody looked. */
  readonly labelled?: readonly OutlierGroup[]
  /** What a person counts outliers by; absent: the first of `counts`. */
  readonly chosen?: OutlierChoice
  /** Quadrature of the spectrum without the listed eigenvalues; absent where none was made. */
  readonly quadrature?: {
    /** How many eigenvalues it describes: the dimension less those that are listed. */
    readonly dimension: number
    /** Number of nodes of each probe. */
    readonly nodes: readonly number[]
    /** Products for it, among all `products`. */
    readonly products: number
    /** Of the whole matrix, listed eigenvalues included: tr H and tr H², which is ‖H‖_F². */
    readonly trace: StoredEstimate
    readonly squares: StoredEstimate
  }
  /** The eigenvectors that are kept: those of the largest eigenvalues; absent where none are. */
  readonly eigenvectors?: {
    readonly count: number
    /** Which entries belong to which matrix, row by row, one behind the other. */
    readonly parts: readonly { readonly name: string; readonly rows: number; readonly columns: number }[]
    /** What their alignment is known with; null: with nothing. */
    readonly alignedWith: 'classes' | 'classPairs' | null
  }
}

/** An estimate from random probes; no error is known of a single one. */
export type StoredEstimate = { readonly value: number; readonly standardError: number | null }

const storedEstimateSchema = z.object({ value: z.number(), standardError: z.number().nullable() })

export const spectrumMetaSchema: z.ZodType<SpectrumMeta> = z.object({
  matrix: z.string(),
  dimension: z.number(),
  includesRegularisation: z.boolean(),
  method: z.enum(['dense', 'kronecker', 'gram', 'lanczos']),
  complete: z.boolean(),
  dtype: z.enum(['float64', 'float32']),
  theoryCount: z.number().nullable(),
  products: z.number().nullable(),
  maxResidual: z.number().nullable(),
  orthogonalityDefect: z.number().exactOptional(),
  rounding: z.number().exactOptional(),
  copies: z
    .array(z.object({ value: z.number(), found: z.number(), predicted: z.number().nullable(), cut: z.boolean() }))
    .exactOptional(),
  copiesWithin: z.number().exactOptional(),
  counts: z
    .array(
      z.object({
        rule: z.string(),
        count: z.number(),
        threshold: z.number().nullable(),
        statistic: z.number().nullable(),
      }),
    )
    .exactOptional(),
  labelled: z.array(outlierGroupSchema).exactOptional(),
  chosen: outlierChoiceSchema.exactOptional(),
  quadrature: z
    .object({
      dimension: z.int().min(0),
      nodes: z.array(z.int().min(1)),
      products: z.int().min(0),
      trace: storedEstimateSchema,
      squares: storedEstimateSchema,
    })
    .exactOptional(),
  eigenvectors: z
    .object({
      count: z.int().min(0),
      parts: z.array(z.object({ name: z.string(), rows: z.int().min(1), columns: z.int().min(1) })),
      alignedWith: z.enum(['classes', 'classPairs']).nullable(),
    })
    .exactOptional(),
})

/** A line of the run's log. */
export interface LogEntry {
  readonly time: number
  readonly level: 'info' | 'warning' | 'error'
  readonly message: string
}

/** One comparison inside a claim: the predicted and measured number with the allowance, and whether it holds. */
export interface ClaimCheck {
  readonly label: string
  readonly measured: number
  /** Null where the claim is a bound. */
  readonly predicted: number | null
  /** 'within': |measured − predicted| ≤ allowance; bounds compare with `allowance` itself. */
  readonly relation: 'within' | 'atMost' | 'atLeast'
  readonly allowance: number
  readonly holds: boolean
}

export interface ClaimResult {
  /** Theory note and number: '01.C2'. */
  readonly id: string
  readonly title: string
  readonly source: string
  readonly holds: boolean
  readonly checks: readonly ClaimCheck[]
}

/** What the theory says of a quantity at the end of training: values with their multiplicities. */
export interface Prediction {
  readonly quantity: string
  readonly layer: number | null
  readonly levels: readonly {
    readonly value: number
    readonly copies: number
    readonly label: string
    /**
     * It stands apart from the rest: of the bulk of a spectrum, or of a vector because training took it there; absent for
     * the rest.
     */
    readonly role?: 'outlier' | 'learned'
  }[]
  /** What measured values stay below or above; drawn like levels, compared with nothing. */
  readonly bounds?: readonly { readonly value: number; readonly label: string }[]
  /** The formula in Unicode, and where it stands. */
  readonly formula: string
  readonly source: string
  /** The end state that this is about, as the verdict of a run names it; absent: it holds whatever the run becomes. */
  readonly state?: string
}
