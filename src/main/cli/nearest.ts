import { LabError } from '#shared/errors'
import { nearest } from '#shared/nearest'

/** For a word that is none of the known ones: names it, the nearest, and all that would do. */
export function unknownWord(kind: string, word: string, known: readonly string[]): LabError {
  const meant = nearest(word, known)
  const hint = meant === null ? '' : ` Did you mean "${meant}"?`
  return new LabError('bad-input', `Unknown ${kind} "${word}".${hint} Known: ${known.join(', ')}.`, { word })
}
