import { constantRate } from '#main/train/schedules'
import { defineSystem } from '#main/core/system'
import { ufmAdvice } from './advice'
import { ufmClaims } from './claims'
import { ufmFigures } from './figures'
import { initialParameters } from './initial'
import { ufmData, ufmModel } from './model'
import { configOf, ufmParams } from './params'
import { ufmPredictions } from './predictions'
import { ufmPresets } from './presets'

export default defineSystem({
  id: 'deep-ufm',
  title: 'Deep unconstrained feature model',
  question: 'Which low-rank spectra do Hessians, gradients and weights take when a deep linear model collapses?',
  sources: ['Garrod & Keating 2024, arXiv:2404.06106', 'Dang et al. 2023, arXiv:2301.00437'],
  params: ufmParams,
  advice: ufmAdvice,
  model: (params) => ufmModel(configOf(params), { loss: 'mse', activation: 'linear' }),
  data: (params) => ufmData(params),
  initial: (params, random) => initialParameters(configOf(params), params.initScale, random),
  training: ({ steps, learningRate }) => ({
    steps,
    learningRate: constantRate(learningRate),
    momentum: 0,
    batchSize: null,
  }),
  probes: [
    'loss',
    'accuracy',
    'gradientNorm',
    'singularValues',
    'collapse',
    'layerHessian',
    'eigenvectorTest',
    'gradientCoefficients',
    'outlierAlignment',
    'fullHessian',
  ],
  theory: (params) => ufmPredictions(configOf(params)),
  claims: ufmClaims,
  presets: ufmPresets,
  figures: ufmFigures,
})
