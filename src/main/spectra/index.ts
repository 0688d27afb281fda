// The public face of spectra/: methods on a symmetric LinearOperator or a symmetric matrix. Knows no models.
export { lanczos, type LanczosOptions, type LanczosResult } from './lanczos'
export { lanczosProcess, type LanczosProcess, type LanczosProcessOptions } from './lanczosProcess'
export { ritzPairs, ritzVectors, type RitzPairs } from './ritzPairs'
export {
  extremeEigenpairs,
  type Eigenpair,
  type EigenpairsState,
  type ExtremeEigenpairsOptions,
  type ExtremeEigenpairsResult,
} from './extremeEigenpairs'
export { topEigenpairs, type TopEigenpairsOptions, type TopEigenpairsResult } from './topEigenpairs'
export { packState, unpackState, type PackedState } from './packedState'
export { rayleighRitzInPlace, type RayleighRitzPair } from './rayleighRitz'
export { countCopies, type CountedLevel, type PredictedLevel } from './copies'
export { VectorStack } from './vectorStack'
export { asFloat64, type Storage, type StoredVector } from './storedVectors'
export {
  countAbove,
  spectralDensity,
  type ProbeRule,
  type SpectralDensityOptions,
  type SpectralDensityResult,
} from './spectralDensity'
export { deflatedDensity, type DeflatedDensity } from './deflatedDensity'
export { logDeterminant, spectralMoment, spectralSum } from './spectralSum'
export { hutchPlusPlus, type TraceOptions, type TraceResult } from './hutchPlusPlus'
export { materialise, type MaterialiseOptions } from './materialise'
export { denseSpectrum, type CheckedPairs, type DenseSpectrum, type DenseSpectrumOptions } from './denseSpectrum'
export { kroneckerSpectrum, type KroneckerPair, type KroneckerSpectrum } from './kroneckerSpectrum'
export { gramSpectrum } from './gramSpectrum'
export { groupDegenerate, type DegenerateGroup } from './groupDegenerate'
export {
  countAboveThreshold,
  largestCount,
  largestGap,
  logRatio,
  median,
  medianAbsoluteDeviation,
  outlierCounts,
  robustThreshold,
  theoryCount,
  type KnownSpectrum,
  type OutlierCount,
  type OutlierRule,
} from './outlierRules'
export {
  covarianceOutliers,
  marchenkoPastur,
  marchenkoPasturMass,
  marchenkoPasturOutliers,
  marchenkoPasturVariance,
  type MarchenkoPastur,
} from './marchenkoPastur'
export { principalAngles } from './principalAngles'
export { orthogonalityDefect } from './orthogonalityDefect'
export { columns, fromColumns } from './columns'
export { orthonormalBasis } from './orthonormalBasis'
export { crossGram, driftOverlaps, energyFraction, subspaceOverlap } from './subspaceOverlap'
export { OutlierTracker, trackOutliers, type OutlierSet } from './trackOutliers'
export { factorOperator, matrixOperator } from './matrixOperator'
export { parseNpySymmetric } from './parseNpy'
