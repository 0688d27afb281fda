import type { FigureDefinition } from '#shared/figure'

/** A quantity of one layer, all its components over the steps. */
function evolution(id: string, quantity: string, title: string, overlayPrediction = false): FigureDefinition {
  return { id, title, tab: 'structure', mark: 'bundle', quantities: [quantity], layers: 'one', overlayPrediction }
}

const curve = { tab: 'training', mark: 'series', overlayPrediction: false } as const

export const lossFigure: FigureDefinition = {
  ...curve,
  id: 'loss',
  title: 'Loss, with and without weight decay',
  quantities: ['loss', 'dataLoss'],
  layers: 'none',
}

export const singularValuesFigure = evolution('singular-values', 'singularValues', 'Singular values of one layer', true)

export const imbalanceFigure: FigureDefinition = {
  ...curve,
  id: 'imbalance',
  title: 'Imbalance of neighbouring layers',
  tab: 'structure',
  quantities: ['imbalance'],
  layers: 'all',
}

/** Theory note 05, S-A, "Figures": the SVD evolution, layer by layer. */
export const networkFigures: readonly FigureDefinition[] = [
  lossFigure,
  singularValuesFigure,
  evolution('right-angles', 'rightAngles', 'Right singular vectors of one layer: angle from the start'),
  evolution('left-angles', 'leftAngles', 'Left singular vectors of one layer: angle from the start'),
  evolution('moved-singular-values', 'movedSingularValues', 'What training changed: σ(W_l − ρ/ε W_l(0))'),
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
