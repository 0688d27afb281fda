import { plainSweepFigures } from '#shared/sweepFigure'
import { defineSystem } from '#main/core/system'
import { fullBatchRecipe } from '../linear-network/fullBatchRecipe'
import { plateauFigures } from '../linear-network/plateauFigure'
import { completionAdvice, completionConvergence } from './advice'
import { matrixData } from './chain'
import { completionClaims } from './claims'
import { completionFigures } from './figures'
import { completionParams } from './params'
import { completionPredictions } from './predictions'
import { completionPresets } from './presets'
import { completionInitial, completionModel, completionProblem } from './problem'

export default defineSystem({
  id: 'matrix-completion',
  title: 'Deep matrix factorisation and completion',
  question: 'How small a network follows the path of a full one, and recovers a matrix from few of its entries?',
  sources: [
    'Yaras et al. 2023, arXiv:2306.01154',
    'Yaras, Wang, Balzano, Qu 2024, arXiv:2406.04112',
    'Arora, Cohen, Hu, Luo 2019, arXiv:1905.13655',
  ],
  params: completionParams,
  advice: completionAdvice,
  model: completionModel,
  data: (params) => matrixData(completionProblem(params)),
  initial: completionInitial,
  training: fullBatchRecipe,
  perReplica: ['initScale', 'learningRate'],
  probes: ['loss', 'gradientNorm', 'recovery', 'singularValues', 'imbalance'],
  theory: completionPredictions,
  theoryFigures: (params) => plateauFigures(completionConvergence(params)),
  claims: completionClaims,
  presets: completionPresets,
  figures: completionFigures,
  sweepFigures: [
    { id: 'mean-recovery', title: 'Mean recovery error', mark: 'mean', quantity: 'recoveryError' },
    ...plainSweepFigures,
  ],
})
