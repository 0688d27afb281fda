/** More eigenvalues than this are not stored: the largest are, and the spectrum says that it is not complete. */
const LIMIT = 4096

/** The part of a full spectrum that goes into a record. */
export function listedEigenvalues(descending: Float64Array): { eigenvalues: Float64Array; complete: boolean } {
  return { eigenvalues: descending.slice(0, LIMIT), complete: descending.length <= LIMIT }
}
