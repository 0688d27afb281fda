import { LabError } from '#shared/errors'
import type { OptimiserSpec } from '../core/optimiser'
import { adam } from './optimisers/adam'
import { gradientDescent } from './optimisers/gradientDescent'
import { heavyBall, nesterov } from './optimisers/momentum'
import { normalised } from './optimisers/normalised'
import type { Optimiser, OptimiserParts } from './optimisers/parts'

/**
 * The optimiser of some replicas (one spec for a run of its own).
 * @throws LabError 'bad-input' if they do not share a program, see `programKey`
 */
export function optimiserFor(specs: readonly OptimiserSpec[], parts: OptimiserParts): Optimiser {
  const [first] = specs
  if (!first) throw new LabError('bad-input', 'Got no optimiser; give one for each replica.')
  const other = specs.find((spec) => programKey(spec) !== programKey(first))
  if (other) {
    const names = `${programKey(first)} and with ${programKey(other)}`
    throw new LabError('bad-input', `Replicas with ${names} do not share a program; train them apart.`)
  }
  switch (first.kind) {
    case 'gradientDescent':
      return gradientDescent(parts)
    case 'heavyBall':
      return heavyBall(momentaOf(specs), parts)
    case 'nesterov':
      return nesterov(momentaOf(specs), parts)
    case 'adam':
      return adam(
        specs.filter((spec) => spec.kind === 'adam'),
        first,
        parts,
      )
    case 'normalised':
      return normalised(first, parts)
    default:
      return first satisfies never
  }
}

/** Replicas with the same key train as one program: the same arithmetic with other coefficients. */
export function programKey(spec: OptimiserSpec): string {
  switch (spec.kind) {
    case 'gradientDescent':
    case 'heavyBall':
    case 'nesterov':
      return spec.kind
    case 'adam':
      return `adam (${spec.decay} decay, ϵ = ${spec.epsilon})`
    case 'normalised':
      return `normalised (${spec.weightShare}, ${spec.logitChange})`
    default:
      return spec satisfies never
  }
}

function momentaOf(specs: readonly OptimiserSpec[]): number[] {
  return specs.map((spec) => ('momentum' in spec ? spec.momentum : 0))
}
