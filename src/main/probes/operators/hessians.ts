import type { LinearOperator } from '#main/core/linearOperator'
import type { Model } from '#main/core/model'
import type { HessianPart, Snapshot } from '#main/core/snapshot'
import { parameterReading } from '../eigenvectorReading'
import { blockRoute, layerBlock, outlierVectors, weightName } from '../layerBlock'
import { outlierCount } from '../outlierCount'
import { chosenLayer, chosenParameters, inWords, weightNames, type NamedOperator, type OperatorDefinition } from './definition' // prettier-ignore

const source = 'Theory note 01, sections 3 and 5.4.'

const parts: readonly { id: string; title: string; part: HessianPart; name: string; help: string }[] = [
  {
    id: 'hessian',
    title: 'Hessian of the loss',
    part: 'total',
    name: 'Hessian of the loss',
    help: `∇²L = G + E + Λ with the weight decays Λ, over all or the chosen parameters. ${source}`,
  },
  {
    id: 'dataHessian',
    title: 'Hessian of the data loss',
    part: 'data',
    name: 'Hessian of the data loss',
    help: `∇²L_data = G + E, without weight decay, over all or the chosen parameters. ${source}`,
  },
  {
    id: 'gaussNewton',
    title: 'Gauss-Newton part G',
    part: 'gaussNewton',
    name: 'Gauss-Newton G',
    help: `G = 1/N Σ_i J_iᵀ ∇²ℓ_i J_i, positive semidefinite of rank at most K N. ${source}`,
  },
  {
    id: 'residual',
    title: 'Residual part E',
    part: 'residual',
    name: 'residual E',
    help: `E = ∇²L_data − G: the curvature of the network weighted by its errors. ${source}`,
  },
]

/** Full Hessians and their parts over any subset of the parameters. */
const overParameters = parts.map(({ id, title, part, name, help }): OperatorDefinition => ({
  id,
  title,
  help,
  choose: 'parameters',
  applies: () => true,
  predictedAs(model, choice) {
    const words = inWords(model, chosenParameters(model, choice))
    if (part !== 'total') return null
    if (words === 'all parameters') return { quantity: 'fullHessian', layer: null }
    return words === 'weights only' ? { quantity: 'weightsHessian', layer: null } : null
  },
  async make(snapshot, choice) {
    const { model } = snapshot
    const chosen = chosenParameters(model, choice)
    const words = inWords(model, chosen)
    const operator = snapshot.hessian(part, chosen.map((parameter) => parameter.name)) // prettier-ignore
    const counted = words === 'weights only' && part !== 'residual'
    return named(operator, `${name}, ${words}`, {
      includesRegularisation: part === 'total',
      // Free features bring outliers of their own (theory note 01, 5.4).
      theoryCount: counted && model.loss === 'mse' ? outlierCount(model) : null,
      reading: () => parameterReading(snapshot, chosen),
    })
  },
}))

const layerHessian: OperatorDefinition = {
  id: 'layerHessian',
  title: 'Layer Hessian, data part',
  help:
    'Hessian of the data loss in one weight matrix. Exact for linear chains with MSE (Kronecker) and small ' +
    'piecewise-linear networks (Gram). Theory note 01, sections 3 and 5.2.',
  choose: 'layer',
  applies: () => true,
  predictedAs: (_, { layer = null }) => ({ quantity: 'layerHessian', layer }),
  async make(snapshot, { layer }) {
    const state = await chosenLayer(snapshot, layer)
    const { model, split } = snapshot
    const name = weightName(model, state.layer)
    const operator = snapshot.hessian('data', [name])
    const route = blockRoute(model, split.targets.cols, state)
    return {
      ...named(operator, `Hessian of the data loss, ${name}`, {
        includesRegularisation: false,
        theoryCount: Math.min(outlierCount(model), operator.n),
        reading: () => parameterReading(snapshot, chosenParameters(model, { parameters: [name] })),
      }),
      exact:
        route === 'lanczos'
          ? null
          : async (signal) => {
              const block = await layerBlock(snapshot, state, signal)
              const vectors = (count: number) => [...outlierVectors(block, count)]
              return { values: block.eigenvalues, method: route, vectors }
            },
    }
  },
}

const layerPair: OperatorDefinition = {
  id: 'layerPair',
  title: 'Hessian of two layers together',
  help: `Hessian of the data loss in two weight matrices, both diagonal blocks and their coupling. ${source}`,
  choose: 'layerPair',
  applies: hasTwoLayers,
  make: async (snapshot, choice) => {
    const { pair, words, reading } = await pairOf(snapshot, choice.layer, choice.otherLayer)
    const meta = { includesRegularisation: false, theoryCount: null, reading }
    return named(pair, `Hessian of the data loss, ${words}`, meta)
  },
}

const layerCoupling: OperatorDefinition = {
  id: 'layerCoupling',
  title: 'Coupling of two layers',
  help:
    '[[0, B], [Bᵀ, 0]] with B the off-diagonal block of the data Hessian between two weight matrices: eigenvalues are ' +
    `± the singular values of B. ${source}`,
  choose: 'layerPair',
  applies: hasTwoLayers,
  make: async (snapshot, choice) => {
    const { pair, blocks, words, reading } = await pairOf(snapshot, choice.layer, choice.otherLayer)
    const coupling: LinearOperator = {
      n: pair.n,
      ...(pair.dtype && { dtype: pair.dtype }),
      async apply(x, y) {
        await pair.apply(x, y)
        let start = 0
        for (const block of blocks) {
          const end = start + block.n
          const own = new Float64Array(block.n)
          await block.apply(x.slice(start, end), own)
          for (let i = 0; i < block.n; i++) y[start + i]! -= own[i]!
          start = end
        }
      },
    }
    const meta = { includesRegularisation: false, theoryCount: null, reading }
    return named(coupling, `coupling of ${words}, data part`, meta)
  },
}

export const hessianOperators: readonly OperatorDefinition[] = [
  ...overParameters,
  layerHessian,
  layerPair,
  layerCoupling,
]

async function pairOf(snapshot: Snapshot, layer: number | undefined, otherLayer: number | undefined) {
  const states = [await chosenLayer(snapshot, layer), await chosenLayer(snapshot, otherLayer)]
  const names = states.map((state) => weightName(snapshot.model, state.layer))
  // In the order of the model, and once where both are the same layer.
  const chosen = chosenParameters(snapshot.model, { parameters: names })
  const ordered = chosen.map(({ name }) => name)
  return {
    pair: snapshot.hessian('data', ordered),
    blocks: ordered.map((name) => snapshot.hessian('data', [name])),
    words: ordered.join(' and '),
    reading: () => parameterReading(snapshot, chosen),
  }
}

function hasTwoLayers(model: Model): boolean {
  return weightNames(model).length > 1
}

export function named(
  operator: LinearOperator,
  matrix: string,
  meta: Pick<NamedOperator, 'includesRegularisation' | 'theoryCount' | 'reading'> &
    Partial<Pick<NamedOperator, 'samples' | 'scale'>>,
): NamedOperator {
  const { n, dtype, block } = operator
  const apply: LinearOperator['apply'] = (x, y) => operator.apply(x, y)
  return { n, apply, ...(dtype && { dtype }), ...(block && { block }), matrix, exact: null, samples: null, ...meta }
}
