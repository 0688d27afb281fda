import { LabError } from '#shared/errors'
import { noOperands, type PrimitiveDefinition } from './definition'

/** Values from outside have no inputs to pass derivatives to; transforms stop at them. */
export const input: PrimitiveDefinition<'input'> = {
  shape() {
    throw new LabError('internal', 'input: made by Graph.input, which knows its shape.')
  },
  vjp: () => [],
  jvp: () => null,
  replicate: noOperands,
}

export const fill: PrimitiveDefinition<'fill'> = {
  shape: (primitive) => primitive.shape,
  vjp: () => [],
  jvp: () => null,
  replicate: noOperands,
}
