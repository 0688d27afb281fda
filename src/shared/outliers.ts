import type { OutlierChoice } from './outlierChoice'
import type { ClassLabel, GroupLabel, OutlierGroup } from './outlierGroup'
import type { Prediction, SpectrumMeta } from './records'

/** A stored spectrum as far as outliers are counted in it. */
export interface CountedSpectrum {
  readonly meta: Pick<SpectrumMeta, 'counts'>
  /** Descending. */
  readonly eigenvalues: Float64Array
}

/** How many leading eigenvalues are outliers by a choice; null by a rule that was not counted with. */
export function outliersBy(choice: OutlierChoice, { meta, eigenvalues }: CountedSpectrum): number | null {
  if ('threshold' in choice) return eigenvalues.filter((value) => value > choice.threshold).length
  return meta.counts?.find(({ rule }) => rule === choice.rule)?.count ?? null
}

/** What a person chose, else the first rule that was counted with; none where there is no rule. */
export function usualChoice({ chosen, counts }: Pick<SpectrumMeta, 'chosen' | 'counts'>): OutlierChoice {
  return chosen ?? { rule: counts?.[0]?.rule ?? 'theory' }
}

/** Copies of the levels that theory calls outliers, as long as these lead; null without any. */
export function leadingOutliers(levels: Prediction['levels']): number | null {
  const sorted = [...levels].sort((a, b) => b.value - a.value)
  const bulk = sorted.findIndex(({ role }) => role !== 'outlier')
  const leading = bulk < 0 ? sorted : sorted.slice(0, bulk)
  return leading.length > 0 ? leading.reduce((total, { copies }) => total + copies, 0) : null
}

/** How much of each eigenvector lies along each class or pair of classes. */
export interface Alignment {
  readonly alignedWith: 'classes' | 'classPairs'
  /** Eigenvectors × classes, or × pairs (above, below) at above · K + below; from 0 to 1. */
  readonly data: Float64Array
  /** Eigenvectors. */
  readonly count: number
}

/** The class or pair of every column of an alignment. */
export function alignmentLabels({ alignedWith, data, count }: Alignment): ClassLabel[] {
  const columns = count === 0 ? 0 : data.length / count
  if (alignedWith === 'classes') return Array.from({ length: columns }, (_, c) => ({ above: c, below: c }))
  const K = Math.round(Math.sqrt(columns))
  return Array.from({ length: columns }, (_, at) => ({ above: Math.floor(at / K), below: at % K }))
}

/** Below a half: symmetric and antisymmetric outliers share each pair equally, and rounding must not choose between them. */
const LEAST_SHARE = 0.4

/**
 * Which classes and pairs of classes the outliers belong to, in whole groups of equal eigenvalues: a single eigenvector
 * inside one is arbitrary. The share Σ_{i ∈ g} ‖P_p v_i‖² = tr(P_g P_p) does not depend on the choice of eigenvectors, so
 * labels follow from stored alignments under any rule of counting. Theory note 01, section 4.
 *
 * @param values the outliers, descending
 * @param alignment of at least their eigenvectors; those beyond are not looked at. Null: groups without labels
 * @param width how far apart values of one group may be, in the units of the matrix
 * @param least smallest share that is a label
 */
export function labelOutliers(
  values: Float64Array,
  alignment: Alignment | null,
  width: number,
  least = LEAST_SHARE,
): OutlierGroup[] {
  const labels = alignment ? alignmentLabels(alignment) : []
  const groups: OutlierGroup[] = []
  for (let first = 0; first < values.length;) {
    let count = 1
    while (first + count < values.length && values[first]! - values[first + count]! <= width) count++
    const members = Array.from({ length: count }, (_, i) => first + i)
    const known = members.filter((i) => i < (alignment?.count ?? 0))
    const found = labels.map((label, p) => ({
      label,
      share: known.reduce((sum, i) => sum + alignment!.data[i * labels.length + p]!, 0),
    }))
    groups.push({
      value: members.reduce((sum, i) => sum + values[i]!, 0) / count,
      first,
      count,
      nearest: found.reduce<GroupLabel | null>((best, one) => (one.share > (best?.share ?? 0) ? one : best), null),
      labels: found.filter(({ share }) => share >= least).sort((a, b) => isPair(a) - isPair(b)),
      classes: labels.filter(({ above, below }) => above === below).length,
    })
    first += count
  }
  return groups
}

const isPair = ({ label: { above, below } }: GroupLabel) => (above === below ? 0 : 1)

/** 'class 3', or '2 ⊗ 3' for a pair; counted from 1 as in the papers. */
export function labelName({ above, below }: ClassLabel): string {
  return above === below ? `class ${above + 1}` : `${above + 1} ⊗ ${below + 1}`
}

/** The outliers of a stored spectrum by a choice, in groups with their labels. */
export function outlierGroups(
  { meta, eigenvalues, alignment }: CountedSpectrum & { readonly meta: Pick<SpectrumMeta, 'copiesWithin'>; readonly alignment: Alignment | null }, // prettier-ignore
  choice: OutlierChoice,
): OutlierGroup[] {
  const count = outliersBy(choice, { meta, eigenvalues }) ?? 0
  const largest = eigenvalues.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  return labelOutliers(eigenvalues.slice(0, count), alignment, (meta.copiesWithin ?? COPIES_WITHIN) * largest)
}

/** How far apart copies of one value may be, as a share of the largest, where a spectrum does not say. */
const COPIES_WITHIN = 1e-6

/**
 * 'class 3, 1 ⊗ 2 (50 %)', so many at most; 'all 3 classes, all 6 pairs (50 %)' where all are alike; 'none above 40 %, most in
 * class 3 (31 %)' where there are no labels; empty where nothing lies along any class, or none are known.
 */
export function labelsInWords({ labels, nearest, classes: K }: OutlierGroup, most = 6): string {
  if (labels.length === 0 && nearest && nearest.share >= WORTH_SAYING)
    return `none above ${percent(LEAST_SHARE)}, most in ${withShare(nearest)}`
  const sets = [
    { among: labels.filter((label) => isPair(label) === 0), all: K, what: 'classes' },
    { among: labels.filter((label) => isPair(label) === 1), all: K * (K - 1), what: 'pairs' },
  ].filter(({ among, all }) => all > 1 && among.length === all && spread(among) < SAME_SHARE)
  const rest = labels.filter((label) => !sets.some(({ among }) => among.includes(label)))
  const named = rest.slice(0, most).map(withShare)
  const more = rest.length > most ? [`${rest.length - most} more`] : []
  const complete = sets.map(({ among, all, what }) => inFull(`all ${all} ${what}`, among[0]!.share))
  return [...complete, ...named, ...more].join(', ')
}

/** Below it, which share is the largest is chance. */
const WORTH_SAYING = 0.01
/** A share that needs no number beside it. */
const IN_FULL = 0.995

/** Shares that differ by less are told as one. */
const SAME_SHARE = 0.01

function withShare({ label, share }: GroupLabel): string {
  return inFull(labelName(label), share)
}

function inFull(name: string, share: number): string {
  return share > IN_FULL ? name : `${name} (${percent(share)})`
}

function spread(labels: readonly GroupLabel[]): number {
  const shares = labels.map(({ share }) => share)
  return Math.max(...shares) - Math.min(...shares)
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
