import type { SpectrumMeta } from '#shared/records'
import type { BlockRequest } from './layerBlock'

/** What every layer spectrum says about itself; the route adds how it was computed. */
export function blockMeta(
  { snapshot, state, outliers }: BlockRequest,
  route: Pick<SpectrumMeta, 'method' | 'complete'> &
    Partial<Pick<SpectrumMeta, 'products' | 'maxResidual' | 'orthogonalityDefect'>>,
): SpectrumMeta {
  return {
    matrix: 'layer Hessian, data part',
    dimension: state.weight.data.length,
    includesRegularisation: false,
    dtype: snapshot.dtype,
    theoryCount: outliers,
    products: null,
    maxResidual: null,
    ...route,
  }
}
