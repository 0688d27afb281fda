import { pad as padded, reshape as reshaped, slice as sliced, transpose as transposed } from '../ops'
import { alongNextAxis, extentOf, input, linear, onStacks, type PrimitiveDefinition, shapeError } from './definition'

export const transpose: PrimitiveDefinition<'transpose'> = {
  shape({ axes }, inputs) {
    const [shape] = inputs
    if (!shape || axes.length !== shape.length || new Set(axes).size !== axes.length) {
      throw shapeError('transpose', inputs, `an array of ${axes.length} axes, to be ordered as ${axes.join(', ')}`)
    }
    return axes.map((axis) => extentOf('transpose', inputs, axis))
  },
  vjp: (_node, { axes }, cotangent) => [
    transposed(
      cotangent,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  jvp: (_node, { axes }, tangents) => linear(tangents, (x) => transposed(x, axes)),
  replicate: ({ axes }, operands) =>
    onStacks({ op: 'transpose', axes: [0, ...axes.map((axis) => axis + 1)] }, operands),
}

export const reshape: PrimitiveDefinition<'reshape'> = {
  shape: ({ shape }) => shape,
  vjp: (node, _primitive, cotangent) => [reshaped(cotangent, input(node, 0).shape)],
  jvp: (_node, { shape }, tangents) => linear(tangents, (x) => reshaped(x, shape)),
  replicate: ({ shape }, operands, count) => onStacks({ op: 'reshape', shape: [count, ...shape] }, operands),
}

export const slice: PrimitiveDefinition<'slice'> = {
  shape({ axis, start, extent }, inputs) {
    const whole = extentOf('slice', inputs, axis)
    if (start < 0 || extent < 1 || start + extent > whole) {
      throw shapeError('slice', inputs, `an extent of at least ${start + extent} along axis ${axis}`)
    }
    return inputs[0]?.with(axis, extent) ?? []
  },
  vjp(node, { axis, start, extent }, cotangent) {
    const whole = extentOf('slice', [input(node, 0).shape], axis)
    return [padded(cotangent, axis, start, whole - start - extent)]
  },
  jvp: (_node, { axis, start, extent }, tangents) => linear(tangents, (x) => sliced(x, axis, start, extent)),
  replicate: alongNextAxis,
}

export const pad: PrimitiveDefinition<'pad'> = {
  shape({ axis, before, after }, inputs) {
    const extent = extentOf('pad', inputs, axis)
    return inputs[0]?.with(axis, before + extent + after) ?? []
  },
  vjp: (node, { axis, before }, cotangent) => [
    sliced(cotangent, axis, before, extentOf('pad', [input(node, 0).shape], axis)),
  ],
  jvp: (_node, { axis, before, after }, tangents) => linear(tangents, (x) => padded(x, axis, before, after)),
  replicate: alongNextAxis,
}
