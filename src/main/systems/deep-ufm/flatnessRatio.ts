import { symmetricEigen } from '#main/compute/linalg/index'
import { balancedParameters } from './balancedParameters'
import { uniformConfig } from './config'
import { simplexSolution } from './crossEntropy'
import { hessianNorms, simplexFullLevels, type HessianNorms } from './simplexSpectra'
import { expandLevels } from './spectra'
import { structureHessian } from './structureHessian'
import { pairStructure } from './structures'

/** Parameters of the largest model whose Hessian is computed for a picture of the theory: some milliseconds. */
const MOST_PARAMETERS = 110

/** Whether `flatnessRatio` computes a model of this size: an even K, of which pairs are made, and few parameters. */
export function hasFlatnessRatio({ K, L }: { readonly K: number; readonly L: number }): boolean {
  return K >= 4 && K % 2 === 0 && (L + 1) * K ** 2 <= MOST_PARAMETERS
}

/**
 * Norms of the Hessian at collapse (closed form, D5) over those at the pair structure (computed), in the narrowest model
 * of one sample per class, n = 1 and d = K. Theory note 02, D8 and F9.
 * @returns null where one of the two does not exist at this λ
 */
export function flatnessRatio(K: number, L: number, lambda: number): HessianNorms | null {
  const config = uniformConfig({ K, n: 1, depth: L, width: K, lambda })
  const [collapse, pair] = [simplexSolution(config), pairStructure(config)]
  if (!collapse || !pair) return null
  const ofCollapse = hessianNorms(expandLevels(simplexFullLevels(config, collapse)))
  const hessian = structureHessian(config, balancedParameters(config, pair.classMeanLogits))
  const ofPair = hessianNorms(symmetricEigen(hessian).values)
  return {
    frobenius: ofCollapse.frobenius / ofPair.frobenius,
    spectral: ofCollapse.spectral / ofPair.spectral,
    trace: ofCollapse.trace / ofPair.trace,
  }
}
