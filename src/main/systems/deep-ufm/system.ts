import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { constantRate } from '#main/train/schedules'
import { defineSystem } from '#main/core/system'
import { ufmAdvice } from './advice'
import { ufmClaims } from './claims'
import { ufmFigures } from './figures'
import { initialisationOf } from './initialisations'
import { ufmData, ufmModel } from './model'
import { configOf, ufmParams, variantOf } from './params'
import { ufmPredictions } from './predictions'
import { ufmPresets } from './presets'
import { ufmSweepFigures } from './sweepFigures'
import { ufmTheoryFigures } from './theoryFigures'

/** Theory note 02, prevalence sweep recipe. */
const STEPS_BETWEEN_LOOKS = 200

export default defineSystem({
  id: 'deep-ufm',
  title: 'Deep unconstrained feature model',
  question:
    'Which low-rank spectra do Hessians, gradients and weights take at neural collapse, and when does a structure of lower ' +
    'rank win over it?',
  sources: [
    'Garrod & Keating 2024, arXiv:2404.06106',
    'Garrod & Keating 2024, arXiv:2410.23169',
    'Súkeník, Lampert & Mondelli 2024, arXiv:2405.14468',
    'Dang et al. 2023, arXiv:2301.00437',
  ],
  params: ufmParams,
  advice: ufmAdvice,
  model(params) {
    // Said before a run starts: nothing else of a draft looks at its initial values.
    initialisationOf(params.init).check?.(configOf(params), variantOf(params))
    return ufmModel(configOf(params), variantOf(params))
  },
  data: (params) => ufmData(configOf(params)),
  initial: (params, random) =>
    initialisationOf(params.init).make({
      config: configOf(params),
      variant: variantOf(params),
      scale: params.initScale,
      phase: params.initPhase,
      random,
    }),
  training: ({ steps, learningRate, gradientTolerance }) => ({
    steps,
    learningRate: constantRate(learningRate),
    optimiser: GRADIENT_DESCENT,
    batchSize: null,
    ...(gradientTolerance > 0 && { stop: { gradientNorm: gradientTolerance, every: STEPS_BETWEEN_LOOKS } }),
  }),
  perReplica: ['weightDecay', 'weightDecays', 'init', 'initScale', 'initPhase', 'learningRate'],
  probes: [
    'loss',
    'accuracy',
    'gradientNorm',
    'singularValues',
    'collapse',
    'outputStructure',
    'featureSpectra',
    'classGeometry',
    'balancedness',
    'factorEconomy',
    'layerHessian',
    'classTerms',
    'eigenvectorTest',
    'gradientCoefficients',
    'outlierAlignment',
    'outlierSum',
    'fullHessian',
    'subspaceAlignment',
  ],
  theory: (params) => ufmPredictions(configOf(params), variantOf(params)),
  theoryFigures: (params) => ufmTheoryFigures(configOf(params), variantOf(params)),
  claims: ufmClaims,
  presets: ufmPresets,
  figures: ufmFigures,
  sweepFigures: ufmSweepFigures,
})
