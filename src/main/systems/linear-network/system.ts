import { defineSystem } from '#main/core/system'
import { networkAdvice, networkConvergence } from './advice'
import { networkClaims } from './claims'
import { networkFigures } from './figures'
import { fullBatchRecipe } from './fullBatchRecipe'
import { networkData, networkInitial, networkModel } from './network'
import { networkParams } from './params'
import { plateauFigures } from './plateauFigure'
import { networkPredictions } from './predictions'
import { networkPresets } from './presets'

export default defineSystem({
  id: 'linear-network',
  title: 'Deep linear network',
  question: 'In how few directions of each weight matrix does gradient descent learn?',
  sources: ['Yaras et al. 2023, arXiv:2306.01154', 'Yaras, Wang, Balzano, Qu 2024, arXiv:2406.04112'],
  params: networkParams,
  advice: networkAdvice,
  model: networkModel,
  data: networkData,
  initial: networkInitial,
  training: fullBatchRecipe,
  probes: ['loss', 'gradientNorm', 'singularValues', 'parsimony', 'imbalance'],
  theory: networkPredictions,
  theoryFigures: (params) => plateauFigures(networkConvergence(params)),
  claims: networkClaims,
  presets: networkPresets,
  figures: networkFigures,
})
