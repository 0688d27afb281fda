import type { FigureDefinition } from '#shared/figure'

// Figures that every system of labelled classes shows in the same way.

export const gradientNormFigure: FigureDefinition = {
  id: 'gradient-norm',
  title: 'Gradient norm, total and data part',
  tab: 'training',
  mark: 'series',
  quantities: ['gradientNorm', 'dataGradientNorm'],
  layers: 'none',
  overlayPrediction: false,
}

export const fullHessianDensityFigure: FigureDefinition = {
  id: 'full-hessian-density',
  title: 'Density of the full Hessian',
  tab: 'spectra',
  mark: 'density',
  quantities: ['fullHessianDensity'],
  layers: 'none',
  overlayPrediction: false,
}

export const eigenvectorTestFigure: FigureDefinition = {
  id: 'eigenvector-test',
  title: 'Class-mean products as eigenvectors: f_cc′',
  tab: 'alignment',
  mark: 'heatmap',
  quantities: ['eigenvectorTest'],
  layers: 'one',
  overlayPrediction: false,
}

export const gradientCoefficientsFigure: FigureDefinition = {
  id: 'gradient-coefficients',
  title: 'Data gradient on class-mean products: f̃_cc′',
  tab: 'alignment',
  mark: 'heatmap',
  quantities: ['gradientCoefficients'],
  layers: 'one',
  overlayPrediction: false,
}

export const gradientInOutliersFigure: FigureDefinition = {
  id: 'gradient-in-outliers',
  title: 'Gradient inside the outlier space, data and total',
  tab: 'alignment',
  mark: 'series',
  quantities: ['dataGradientInOutliers', 'totalGradientInOutliers'],
  layers: 'one',
  overlayPrediction: false,
}

const chi = ['gradientChi', 'dataGradientChi', 'miniBatchChi', 'updateChi', 'parametersChi']

export const subspaceFigures: readonly FigureDefinition[] = [
  ...[
    { space: 'TopK', id: 'chi-in-top-k', title: 'In the top K eigenvectors: χ' },
    { space: 'Outliers', id: 'chi-in-outliers', title: 'In the outlier space: χ' },
  ].map(({ space, id, title }): FigureDefinition => ({
    id,
    title,
    tab: 'alignment',
    mark: 'series',
    quantities: chi.map((quantity) => `${quantity}In${space}`),
    layers: 'none',
    overlayPrediction: false,
  })),
  {
    id: 'interface-angles',
    title: 'Angles between layers',
    tab: 'alignment',
    mark: 'bundle',
    quantities: ['interfaceAngles'],
    layers: 'one',
    overlayPrediction: false,
  },
]
