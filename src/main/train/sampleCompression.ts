import { sampleChain } from '../compute/graph/sampleChain'
import type { Node } from '../compute/graph/node'
import { matmul } from '../compute/graph/ops'
import { substitute } from '../compute/graph/substitute'
import { matmul as product, rowSpaceBasis } from '../compute/linalg/index'
import { matrix, type Matrix } from '../compute/matrix'
import { compile, type Program } from '../compute/program/compile'
import type { ParameterArrays } from '../core/snapshot'
import type { TrainingRecipe } from '../core/system'
import type { OptimiserSpec } from '../core/optimiser'
import { mayShareProgram } from './mayShareProgram'
import type { ModelState } from './modelState'

/**
 * Training steps on r columns that stand for N samples, to rounding the same trajectory.
 *
 * The squared error of a chain of matrices, c/2 ‖A S − Y‖²_F, depends on features S (d × N; inputs, or parameters of
 * their own) and targets Y (K × N) only through their joint row space. With Q (N × r) an orthonormal basis of it,
 * S = S_c Qᵀ and Y = Y_c Qᵀ: the error is (A S_c − Y_c) Qᵀ, so loss and gradients in the factors of A are those of S_c
 * and Y_c, and the gradient in S is Aᵀ (A S_c − Y_c) Qᵀ. Free features so stay in the space, weight decay and momentum
 * included, as long as a step is a linear combination, by numbers, of values, gradients and what was accumulated of them.
 * r ≤ d + K, the first d rows of the space being those of S(0).
 *
 * What it is not exact for, and is not used for: cross-entropy (softmax mixes the rows of each sample by itself),
 * nonlinear layers and biases (`sampleChain` refuses them), mini-batches (they pick columns), and optimisers that look
 * at single numbers of the gradient: Adam is not equivariant under rotations of the samples where the features are free,
 * and where they are not it divides gradients that are zero but for rounding by their own size.
 */
export class SampleCompression {
  readonly #expansion: Program | null

  constructor(
    readonly state: ModelState,
    /** N */
    readonly samples: number,
    /** r */
    readonly columns: number,
    /** Of the data loss in each trained parameter, the features as S_c. */
    readonly gradients: readonly Node[],
    /** Free features and what takes their place in a step; null where the features do not change. */
    readonly features: {
      readonly whole: Node
      readonly compressed: Node
      readonly basis: Node
      /** Q: N × r */
      readonly columns: Matrix
    } | null,
  ) {
    this.#expansion =
      features &&
      compile(state.workspace, {
        updates: [
          {
            target: features.whole,
            source: matmul(features.compressed, features.basis, { transposeB: true }),
            keep: 0,
            scale: 1,
          },
        ],
      })
  }

  /** What a step changes in place of a parameter: S_c for free features, else the parameter itself. */
  steppedNode(parameter: Node): Node {
    return parameter === this.features?.whole ? this.features.compressed : parameter
  }

  /** S ← S_c Qᵀ, for whatever reads the parameters. */
  expand(): void {
    this.#expansion?.run()
  }

  /** A change of the stepped nodes as one of the parameters: that of S_c times Qᵀ. */
  wholeChange(parameter: Node, change: Float64Array): Float64Array {
    if (!this.features || parameter !== this.features.whole) return change
    const { columns } = this.features
    const compressed = matrix(change.length / columns.cols, columns.cols, change)
    return product(compressed, columns, { transposeB: true }).data
  }

  dispose(): void {
    this.#expansion?.dispose()
  }
}

/** Steps whose every number is a linear combination, by numbers, of values, gradients and their sums. */
const LINEAR: ReadonlySet<OptimiserSpec['kind']> = new Set(['gradientDescent', 'heavyBall', 'nesterov'])

/**
 * Null where compression is not exact or saves nothing. The basis depends on data and initial values alone.
 * @param wish 'auto' leaves it out where runs may train as replicas, which see every sample: both ways of training a
 *   run have the same bits
 */
export function compressSamples(
  state: ModelState,
  initial: ParameterArrays,
  recipe: TrainingRecipe,
  wish: 'auto' | 'on',
): SampleCompression | null {
  const { graph, workspace, split, batch } = state
  if (wish === 'auto' && mayShareProgram(state.model)) return null
  const isExact = recipe.batchSize === null && LINEAR.has(recipe.optimiser.kind)
  const chain = isExact ? sampleChain(state.forward.dataLoss) : null
  if (!chain || chain.targets !== batch.targets) return null
  const { samples: whole, targets } = chain
  const features = featuresOf(state, whole, initial)
  if (!features?.data.every(Number.isFinite)) return null
  const basis = rowSpaceBasis([features, split.targets])
  const { rows: N, cols: r } = basis
  if (r >= N) return null

  const compressed = graph.input('compressed features', [features.rows, r])
  const compressedTargets = graph.input('compressed targets', [split.targets.rows, r])
  workspace.write(compressed, product(features, basis).data)
  workspace.write(compressedTargets, product(split.targets, basis).data)
  const replaced = new Map([
    [whole, compressed],
    [targets, compressedTargets],
  ])
  const [dataLoss = state.forward.dataLoss] = substitute([state.forward.dataLoss], replaced)
  const gradients = state.gradientsIn(
    dataLoss,
    state.trained.map(({ node }) => replaced.get(node) ?? node),
  )
  const isFree = state.trained.some(({ node }) => node === whole)
  if (!isFree) return new SampleCompression(state, N, r, gradients, null)
  const basisNode = graph.input('basis of the samples', [N, r])
  workspace.write(basisNode, basis.data)
  return new SampleCompression(state, N, r, gradients, { whole, compressed, basis: basisNode, columns: basis })
}

/** The d × N values that training starts from; null for an input that is neither a parameter nor the data. */
function featuresOf(state: ModelState, node: Node, initial: ParameterArrays): Matrix | null {
  if (node === state.batch.inputs) return state.split.inputs
  const { name, shape } = state.model.parameters[state.parameterNodes.indexOf(node)] ?? {}
  const values = name === undefined ? undefined : initial[name]
  const [rows, cols] = shape ?? []
  return values && rows !== undefined && cols !== undefined ? matrix(rows, cols, values) : null
}
