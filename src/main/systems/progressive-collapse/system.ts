import { defineSystem } from '#main/core/system'
import { fullBatchRecipe } from '../linear-network/fullBatchRecipe'
import { plateauFigures } from '../linear-network/plateauFigure'
import { collapseAdvice, collapseConvergence } from './advice'
import { collapseClaims } from './claims'
import { collapseFigures } from './figures'
import { collapseData, collapseInitial, collapseModel } from './network'
import { collapseParams } from './params'
import { collapsePredictions } from './predictions'
import { collapsePresets } from './presets'

export default defineSystem({
  id: 'progressive-collapse',
  title: 'Progressive feature separation',
  question: 'By how much does each layer of a trained network compress its classes and tell them apart?',
  sources: ['Wang et al. 2023, arXiv:2311.02960', 'He & Su 2022, arXiv:2210.17020'],
  params: collapseParams,
  advice: collapseAdvice,
  model: collapseModel,
  data: collapseData,
  initial: collapseInitial,
  training: fullBatchRecipe,
  perReplica: ['init', 'initScale', 'weightDecay', 'learningRate'],
  probes: ['loss', 'accuracy', 'gradientNorm', 'singularValues', 'collapse', 'depthProfile', 'imbalance'],
  theory: collapsePredictions,
  theoryFigures: (params) => plateauFigures(collapseConvergence(params)),
  claims: collapseClaims,
  presets: collapsePresets,
  figures: collapseFigures,
})
