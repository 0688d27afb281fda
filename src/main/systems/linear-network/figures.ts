import type { FigureDefinition } from '#shared/figure'

/** A quantity of one layer, all its components over the steps. */
function components(
  mark: 'bundle' | 'evolution' | 'surface',
  id: string,
  quantity: string,
  title: string,
): FigureDefinition {
  return { id, title, tab: 'structure', mark, quantities: [quantity], layers: 'one', overlayPrediction: false }
}

/** The singular values and the angles of the singular vectors of a layer. */
const SVD = [
  { id: 'singular-values', quantity: 'singularValues', title: 'Singular values' },
  { id: 'right-angles', quantity: 'rightAngles', title: 'Turn of right singular vectors' },
  { id: 'left-angles', quantity: 'leftAngles', title: 'Turn of left singular vectors' },
]

/** The figure of Yaras et al. 2023, arXiv:2306.01154: 2r directions learn, the others neither grow nor turn. */
const svdSurfaces = SVD.map(({ id, quantity, title }): FigureDefinition => ({
  ...components('surface', `${id}-surface`, quantity, `${title}, surface`),
  // As in the source: what stays small is to look small.
  valueScale: 'linear',
}))
const svdHeatmaps = SVD.map(({ id, quantity, title }) =>
  components('evolution', `${id}-heatmap`, quantity, `${title}, heatmap`),
)

const curve = { tab: 'training', mark: 'series', overlayPrediction: false } as const

export const lossFigure: FigureDefinition = {
  ...curve,
  id: 'loss',
  title: 'Loss, with and without weight decay',
  quantities: ['loss', 'dataLoss'],
  layers: 'none',
}

export const singularValuesFigure: FigureDefinition = {
  ...components('bundle', 'singular-values', 'singularValues', 'Singular values of one layer'),
  overlayPrediction: true,
}

export const imbalanceFigure: FigureDefinition = {
  ...curve,
  id: 'imbalance',
  title: 'Imbalance of neighbouring layers',
  tab: 'structure',
  quantities: ['imbalance'],
  layers: 'all',
}

/** Theory note 05, S-A, "Figures" (i) and (ii), one layer a panel; (iii) and (iv) are the same on their presets. */
export const networkFigures: readonly FigureDefinition[] = [
  lossFigure,
  ...svdSurfaces,
  ...svdHeatmaps,
  singularValuesFigure,
  components('bundle', 'moved-singular-values', 'movedSingularValues', 'What training changed: σ(W_l − ρ/ε W_l(0))'),
  {
    ...curve,
    id: 'moved-rank',
    title: 'Rank of what training changed',
    tab: 'structure',
    quantities: ['movedRank'],
    layers: 'all',
    overlayPrediction: true,
  },
  {
    ...curve,
    id: 'invariance-residual',
    title: 'Invariance residual',
    tab: 'structure',
    quantities: ['invarianceResidual'],
    layers: 'none',
  },
  {
    ...curve,
    id: 'rho',
    title: 'Predicted value of the invariant block',
    tab: 'structure',
    quantities: ['rhoTheory'],
    layers: 'none',
  },
  imbalanceFigure,
]
