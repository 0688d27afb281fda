import type { Model } from '#main/core/model'
import type { MeanFrame } from './collapseMetrics'

/** An orthogonal frame for MSE without biases, else a simplex ETF. Theory note 01, section 4 and pitfall 8. */
export function predictedFrame(model: Model): MeanFrame {
  const biased = model.parameters.some(({ kind }) => kind === 'bias')
  return model.loss === 'mse' && !biased ? 'orthogonal' : 'simplexEtf'
}
