import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Random } from '#main/compute/rng/random'
import { scaled } from '#main/probes/scaled'
import { balancedParameters } from './balancedParameters'
import { classSizesOf, depthOf, factorDecays, factorShapes, hasClosedForms, samplesOf, type UfmConfig } from './config'
import { simplexSolution } from './crossEntropy'
import type { UfmParameters } from './dncParameters'
import { chirpParameters } from './formulaParameters'
import { initialParameters } from './initial'
import { simplexShape } from './logitShapes'
import type { UfmVariant } from './model'
import { repeatColumns } from './repeatColumns'
import { collapsedSolution } from './theory'

/** What an initialisation starts from. */
export interface InitialRequest {
  readonly config: UfmConfig
  readonly variant: UfmVariant
  /** s */
  readonly scale: number
  /** φ of the formula. */
  readonly phase: number
  readonly random: Random
}

/** One way to choose the initial values of all factors. */
export interface Initialisation {
  readonly label: string
  /** What s means, and the source. */
  readonly help: string
  make(request: InitialRequest): UfmParameters
  /** @throws LabError 'bad-input' where it has no values for such a model */
  check?(config: UfmConfig, variant: UfmVariant): void
}

/** By the value that is stored with a run: never rename one. */
export const initialisations: Readonly<Record<string, Initialisation>> = {
  gaussian: {
    label: 'Gaussian',
    help: 'entries from N(0, s²/d_in).',
    make: ({ config, scale, random }) => initialParameters(config, scale, random),
  },
  he: {
    label: 'He',
    help: 'as Gaussian, with N(0, 2s²/d_in) for W₁ … W_{L−1}, for ReLU (He et al. 2015, arXiv:1502.01852).',
    make: ({ config, scale, random }) => initialParameters(config, scale, random, 2),
  },
  orthogonal: {
    label: 'Orthogonal',
    help: 'every factor is s times a random matrix with orthonormal rows or columns (Saxe et al. 2014, arXiv:1312.6120).',
    make: ({ config, scale, random }) =>
      eachFactor(config, (name, rows, cols) =>
        random
          .derive(name)
          .orthogonal(rows, cols)
          .map((x) => scale * x),
      ),
  },
  balanced: {
    label: 'Balanced',
    help: 'the product of Gaussian factors of scale s, split into factors with λ_{l+1} WᵀW = λ_l WWᵀ (Arora et al. 2019, arXiv:1810.02281, procedure 1).',
    make({ config, scale, random }) {
      const gaussian = factorMatrices(config, initialParameters(config, scale, random))
      const product = gaussian.reduce((below, above) => matmul(above, below))
      return rotated(config, balancedParameters(balanceable(config), product), random)
    },
  },
  spectral: {
    label: 'Spectral',
    help: 'one mode per class along the singular vectors of the targets, with the singular value s u_c in every factor, u_c uniform on (0, 1): the modes decouple (Saxe et al. 2014, arXiv:1312.6120, eq. 12).',
    make({ config, scale, random }) {
      const strengths = random.derive('modes').uniform(config.K)
      const sizes = classSizesOf(config)
      const N = samplesOf(config)
      const outputs = matrix(config.K, N)
      let start = 0
      for (const [c, size] of sizes.entries()) {
        const sigma = (scale * strengths[c]!) ** (depthOf(config) + 1)
        outputs.data.fill(sigma / Math.sqrt(size), c * N + start, c * N + (start += size))
      }
      return rotated(config, balancedParameters(balanceable(config), outputs), random)
    },
  },
  closedForm: {
    label: 'At the collapsed solution',
    help: 'the closed form of neural collapse plus entries from N(0, s²/d_in).',
    check: (config, variant) => void collapseFor(config, variant),
    make(request) {
      const collapsed = collapsedParameters(request.config, request.variant)
      const noise = initialParameters(request.config, request.scale, request.random)
      return eachFactor(request.config, (name) => collapsed[name]!.map((x, at) => x + noise[name]![at]!))
    },
  },
  formula: {
    label: 'Formula',
    help: 's sin(φ + l + 0.8 k + 0.13 k²) for entry k of factor l, H₁ the factor 0: no random numbers.',
    make: ({ config, scale, phase }) => chirpParameters(config, scale, phase),
  },
}

/** @throws LabError 'not-found' for an initialisation of another name */
export function initialisationOf(name: string): Initialisation {
  const found = initialisations[name]
  if (found) return found
  const known = Object.keys(initialisations).join(', ')
  throw new LabError('not-found', `There is no initialisation "${name}". Known ones: ${known}.`, { name })
}

/**
 * Collapse in closed form: for MSE W_l = w_l [I_K 0; 0 0], whose means are non-negative, so that it solves the ReLU model
 * too; for linear cross-entropy the balanced factors of the simplex logits.
 *
 * @throws LabError 'bad-input' where no closed form is known or no collapsed solution exists
 */
function collapsedParameters(config: UfmConfig, variant: UfmVariant): UfmParameters {
  const { simplex, collapsed } = collapseFor(config, variant)
  if (simplex) return balancedParameters(config, scaled(repeatColumns(simplexShape(config.K), config.n), simplex.t))
  return eachFactor(config, (_name, rows, cols, j) => {
    const size = collapsed.singularValues[j]!
    const repeats = j === 0 ? config.n : 1
    const values = new Float64Array(rows * cols)
    for (let c = 0; c < config.K; c++) {
      values.fill(size / Math.sqrt(repeats), c * cols + c * repeats, c * cols + (c + 1) * repeats)
    }
    return values
  })
}

/** The closed form of collapse for the loss of a model. @throws LabError 'bad-input' where there is none */
function collapseFor(config: UfmConfig, { loss, activation }: UfmVariant) {
  const refuse = (why: string, instead: string) =>
    new LabError('bad-input', `Initialisation at the collapsed solution: ${why}. ${instead}`, { param: 'init' })
  if (!hasClosedForms(config)) {
    throw refuse(
      'no closed form is known',
      'Give widths of at least K, positive weight decays and classes of one size.',
    )
  }
  if (loss === 'ce' && activation === 'relu') {
    throw refuse('no closed form is known with ReLU and cross-entropy', 'Choose MSE, or the linear model.')
  }
  const simplex = loss === 'ce' ? simplexSolution(config) : null
  const collapsed = loss === 'ce' ? null : collapsedSolution(config)
  if (simplex) return { simplex, collapsed: null }
  if (collapsed) return { simplex: null, collapsed }
  throw refuse('none exists at this weight decay', 'Lower it.')
}

/** O_{l+1} W_l O_lᵀ and O_1 H_1 with random rotations O_l of the hidden spaces: the same outputs and balance. */
function rotated(config: UfmConfig, parameters: UfmParameters, random: Random): UfmParameters {
  const rotations = config.widths.map((d, i) => matrix(d, d, random.derive(`rotation ${i + 1}`).orthogonal(d, d)))
  const factors = factorMatrices(config, parameters)
  return eachFactor(config, (_name, _rows, _cols, j) => {
    const above = rotations[j]
    const below = rotations[j - 1]
    const left = above ? matmul(above, factors[j]!) : factors[j]!
    return (below ? matmul(left, below, { transposeB: true }) : left).data
  })
}

/** Without weight decay there is no λ to balance by: equal ones. */
function balanceable(config: UfmConfig): UfmConfig {
  if (factorDecays(config).every((lambda) => lambda > 0)) return config
  return { ...config, lamH: 1, lamW: config.lamW.map(() => 1) }
}

function factorMatrices(config: UfmConfig, parameters: UfmParameters): Matrix[] {
  return factorShapes(config).map(([rows, cols], j) => matrix(rows, cols, parameters[j === 0 ? 'H1' : `W${j}`]!))
}

function eachFactor(
  config: UfmConfig,
  values: (name: string, rows: number, cols: number, j: number) => Float64Array,
): UfmParameters {
  const entries = factorShapes(config).map(([rows, cols], j) => {
    const name = j === 0 ? 'H1' : `W${j}`
    return [name, values(name, rows, cols, j)] as const
  })
  return Object.fromEntries(entries)
}
