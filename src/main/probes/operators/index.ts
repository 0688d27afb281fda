import { LabError } from '#shared/errors'
import type { Snapshot } from '#main/core/snapshot'
import { classPartOperators } from './classParts'
import type { NamedOperator, OperatorChoice, OperatorDefinition } from './definition'
import { gradientMomentOperators } from './gradientMoments'
import { hessianOperators } from './hessians'
import { matrixOperators } from './matrices'

export type { ExactSpectrum, NamedOperator, OperatorChoice, OperatorDefinition } from './definition'

/** Every operator that can be made from a snapshot, by its id. */
export const operators: ReadonlyMap<string, OperatorDefinition> = new Map(
  [...hessianOperators, ...classPartOperators, ...gradientMomentOperators, ...matrixOperators].map((definition) => [
    definition.id,
    definition,
  ]),
)

/**
 * An operator of a state by its name: `makeOperator(snapshot, 'layerHessian', { layer: 2 })`.
 *
 * @throws LabError 'not-found' that names the known operators; 'bad-input' for a choice that does not fit the model
 */
export async function makeOperator(
  snapshot: Snapshot,
  id: string,
  choice: OperatorChoice = {},
): Promise<NamedOperator> {
  const definition = operators.get(id)
  if (!definition) {
    const known = [...operators.keys()].join(', ')
    throw new LabError('not-found', `There is no operator "${id}". Known operators: ${known}.`, { id })
  }
  if (!definition.applies(snapshot.model)) {
    throw new LabError('bad-input', `${definition.title} is not defined for this model: ${definition.help}`, { id })
  }
  return definition.make(snapshot, choice)
}
