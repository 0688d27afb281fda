import { setImmediate } from 'node:timers/promises'
import { sameQuestion, type OutlierHistory } from '#shared/analysis'
import { LabError } from '#shared/errors'
import type { OutlierChoice } from '#shared/outlierChoice'
import { outliersBy } from '#shared/outliers'
import { OutlierTracker } from '../spectra/index'
import type { Analyses } from '../store/analyses'

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
): Promise<OutlierHistory> {
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
  for (const { id, step } of chosen) {
    const result = analyses.result(id)
    const vectors = analyses.vectors(id)
    if (!result || vectors.length === 0) {
      throw new LabError('bad-input', `Analysis ${id} keeps no eigenvectors. Ask for it again with eigenvectors.`, {
        id,
      })
    }
    const count = Math.min(outliersBy(choice, result) ?? 0, vectors.length)
    tracker.add({ step: step ?? 0, values: result.eigenvalues.subarray(0, count), vectors: vectors.slice(0, count) })
    // Overlaps of long vectors take their time: others may be answered between two steps.
    await setImmediate()
  }
  return tracker.history
}
