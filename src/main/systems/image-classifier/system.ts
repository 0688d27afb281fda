import { defineSystem } from '#main/core/system'
import { classifierAdvice } from './advice'
import { classifierClaims } from './claims'
import { digitsData } from './data'
import { classifierFigures } from './figures'
import { initialParameters } from './initial'
import { classifierModel } from './model'
import { classifierParams } from './params'
import { classifierPresets } from './presets'
import { classifierTraining } from './training'

export default defineSystem({
  id: 'image-classifier',
  title: 'Image classifier',
  question: 'How far do the spectra of an ordinary network on real images follow those of the collapsed linear model?',
  sources: [
    'Papyan, Han, Donoho 2020, arXiv:2008.08186',
    'Garrod & Keating 2024, arXiv:2404.06106',
    'Data: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0',
  ],
  params: classifierParams,
  advice: classifierAdvice,
  model: classifierModel,
  data: digitsData,
  initial: initialParameters,
  training: classifierTraining,
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
    'subspaceAlignment',
  ],
  // No closed form is known for a trained nonlinear network.
  theory: () => [],
  claims: classifierClaims,
  presets: classifierPresets,
  figures: classifierFigures,
})
