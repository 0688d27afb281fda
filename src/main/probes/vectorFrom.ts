import { LabError } from '#shared/errors'

/** Looks an eigenvector up by its rank, counted from 0. */
export function vectorFrom(who: string, vectors: readonly Float64Array[]): (rank: number) => Float64Array {
  return (rank) => {
    const vector = vectors[rank]
    if (!vector) throw new LabError('internal', `${who}: eigenvector ${rank} is not known.`, { rank })
    return vector
  }
}
