import { setImmediate } from 'node:timers/promises'
import { sameQuestion, type SubspaceDrift, type TrackedOutliers } from '#shared/analysis'
import { LabError } from '#shared/errors'
import type { OutlierChoice } from '#shared/outlierChoice'
import { outliersBy } from '#shared/outliers'
import { driftOverlaps, fromColumns, OutlierTracker, principalAngles } from '../spectra/index'
import type { Analyses } from '../store/analyses'

interface OutlierSpace {
  readonly step: number
  readonly vectors: readonly Float64Array[]
}

/** Numbers in the eigenvectors of all steps together, up to which they are held at once: 128 MiB. */
const MOST_ENTRIES = 2 ** 24

/**
 * Outliers followed through stored analyses of several steps of one run, by the overlap of their kept eigenvectors. What
 * counts as an outlier is chosen now: nothing is computed again.
 *
 * @throws LabError 'bad-input' if they do not ask the same of one run, twice of one step, or keep no eigenvectors
 */
export async function trackAnalyses(
  analyses: Pick<Analyses, 'get' | 'result' | 'vectors'>,
  ids: readonly number[],
  choice: OutlierChoice,
): Promise<TrackedOutliers> {
  const chosen = ids.map((id) => analyses.get(id)).toSorted((a, b) => (a.step ?? 0) - (b.step ?? 0))
  const other = chosen.find((analysis) => !sameQuestion(analysis, chosen[0]!))
  if (other) {
    throw new LabError(
      'bad-input',
      `Analyses ${chosen[0]!.id} and ${other.id} do not ask the same of one run. Choose analyses that differ in their step only.`,
      { first: chosen[0]!.id, other: other.id },
    )
  }
  const twice = chosen.find(({ step }, i) => step === chosen[i - 1]?.step)
  if (twice) {
    const message = `Two of these analyses are of step ${twice.step}. Choose one analysis of each step.`
    throw new LabError('bad-input', message, { step: twice.step })
  }
  const tracker = new OutlierTracker()
  const sets: OutlierSpace[] = []
  let entries = 0
  for (const { id, step } of chosen) {
    const result = analyses.result(id)
    const vectors = analyses.vectors(id)
    if (!result || vectors.length === 0) {
      throw new LabError('bad-input', `Analysis ${id} keeps no eigenvectors. Ask for it again with eigenvectors.`, {
        id,
      })
    }
    const count = Math.min(outliersBy(choice, result) ?? 0, vectors.length)
    const set = { step: step ?? 0, values: result.eigenvalues.subarray(0, count), vectors: vectors.slice(0, count) }
    tracker.add(set)
    entries += count * (vectors[0]?.length ?? 0)
    if (count > 0 && entries <= MOST_ENTRIES) sets.push(set)
    // Overlaps of long vectors take their time: others may be answered between two steps.
    await setImmediate()
  }
  const drift = entries <= MOST_ENTRIES ? await driftOf(sets) : null
  return { ...tracker.history, drift }
}

async function driftOf(sets: readonly OutlierSpace[]): Promise<SubspaceDrift> {
  const angles: SubspaceDrift['angles'][number][] = []
  for (const [i, { step, vectors }] of sets.entries()) {
    const before = sets[i - 1]
    if (before) angles.push({ step, angles: principalAngles(fromColumns(before.vectors), fromColumns(vectors)) })
    await setImmediate()
  }
  const overlaps = driftOverlaps(sets.map(({ vectors }) => vectors)).data
  return { steps: sets.map(({ step }) => step), overlaps, angles }
}
