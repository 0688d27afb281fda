import { LabError } from '#shared/errors'
import type { LinearOperator } from '#main/core/linearOperator'
import type { EigenvectorReading } from '../eigenvectorReading'
import type { Model, ParameterSpec } from '#main/core/model'
import type { LayerState, Snapshot } from '#main/core/snapshot'

/** Which part of a model an operator is taken of. */
export interface OperatorChoice {
  /** Parameter names; all, or those the operator says, when not given. */
  readonly parameters?: readonly string[]
  /** Counted from 1. */
  readonly layer?: number
  /** The second layer of a pair, counted from 1. */
  readonly otherLayer?: number
}

/** All eigenvalues by a route that needs no iteration: what the general route is checked against. */
export interface ExactSpectrum {
  /** Descending: one for each dimension. */
  readonly values: Float64Array
  readonly method: 'kronecker' | 'gram' | 'dense'
  /** Unit eigenvectors of at most so many of the largest eigenvalues that are not zero. */
  vectors(count: number): readonly Float64Array[]
}

/** A symmetric operator of one state, with what a spectrum of it has to say. */
export interface NamedOperator extends LinearOperator {
  /** In words, as SpectrumMeta.matrix: 'Gauss-Newton G of W2, class part'. */
  readonly matrix: string
  readonly includesRegularisation: boolean
  /** Outliers by theory, rule (a); null where it names none. */
  readonly theoryCount: number | null
  /** Second moments: how many independent columns they are a sum over, for the Marchenko-Pastur edge; null: no such. */
  readonly samples: number | null
  /** Size of the matrices that it is a difference of, where it may be much smaller: their rounding is in it. */
  readonly scale?: number
  /** The exact fast route where there is one and it is small enough. */
  readonly exact: ((signal: AbortSignal) => Promise<ExactSpectrum>) | null
  /** What the entries of its eigenvectors mean; null: nothing is known. Computed when asked for. */
  readonly reading: (() => Promise<EigenvectorReading>) | null
}

/** One entry of the catalogue. */
export interface OperatorDefinition {
  readonly id: string
  readonly title: string
  /** Formula, normalisation, source. */
  readonly help: string
  /** What has to be chosen: nothing, parameters (optional), one layer, or two. */
  readonly choose: 'parameters' | 'layer' | 'layerPair'
  applies(model: Model): boolean
  /** The quantity that theory predicts these eigenvalues as, where a probe measures the same. */
  predictedAs?(
    model: Model,
    choice: OperatorChoice,
  ): { readonly quantity: string; readonly layer: number | null } | null
  make(snapshot: Snapshot, choice: OperatorChoice): Promise<NamedOperator>
}

/** Names of the weight matrices, from below. */
export function weightNames(model: Model): string[] {
  return model.parameters.filter(({ kind }) => kind === 'weight').map(({ name }) => name)
}

/**
 * The chosen parameters in the order of the model; all when none are given.
 *
 * @throws LabError 'bad-input' for unknown names, with the known ones
 */
export function chosenParameters(model: Model, { parameters }: OperatorChoice): readonly ParameterSpec[] {
  if (!parameters) return model.parameters
  const known = model.parameters.map(({ name }) => name)
  const unknown = parameters.filter((name) => !known.includes(name))
  if (unknown.length > 0 || parameters.length === 0) {
    const given = unknown.length > 0 ? `no parameter ${unknown.join(', ')}` : 'nothing to take: the list is empty'
    throw new LabError('bad-input', `The model has ${given}. Known parameters: ${known.join(', ')}.`)
  }
  return model.parameters.filter(({ name }) => parameters.includes(name))
}

/** @throws LabError 'bad-input' if no layer, or one that the model lacks, is given */
export async function chosenLayer(snapshot: Snapshot, layer: number | undefined): Promise<LayerState> {
  const layers = await snapshot.layers()
  const found = layers.find((state) => state.layer === layer)
  if (found) return found
  const given = layer === undefined ? 'No layer was chosen' : `The model has no layer ${layer}`
  throw new LabError('bad-input', `${given}. Give one from 1 to ${layers.length}.`, { layers: layers.length })
}

export function sizeOfParameter({ shape }: ParameterSpec): number {
  return shape.reduce((size, extent) => size * extent, 1)
}

/** 'all parameters', 'weights only' or the names. */
export function inWords(model: Model, chosen: readonly ParameterSpec[]): string {
  if (chosen.length === model.parameters.length) return 'all parameters'
  if (chosen.map(({ name }) => name).join() === weightNames(model).join()) return 'weights only'
  return chosen.map(({ name }) => name).join(', ')
}
