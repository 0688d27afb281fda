import type { ImportReport } from '#shared/contract/transfer'

/** What an import has brought, in words. */
export function importLines(report: ImportReport): string[] {
  const { copied, completed, skipped, refused, comparisons, spoiltComparisons, ignored } = report
  const counts = [
    `${copied.length} copied`,
    `${completed.length} were here and got what they lacked`,
    `${skipped.length} were here already`,
    `${refused.length} refused`,
  ]
  return [
    `  Runs: ${counts.join(', ')}.`,
    ...copied.filter(({ from, to }) => from !== to).map(({ from, to }) => `  ${from} is ${to} here.`),
    ...refused.map(({ from, reason }) => `  ${from}: ${reason}`),
    ...(comparisons.length > 0 ? [`  Comparisons: ${comparisons.join(', ')}.`] : []),
    ...(spoiltComparisons.length > 0 ? [`  Comparisons that cannot be read: ${spoiltComparisons.join(', ')}.`] : []),
    ...(ignored.length > 0 ? [`  Left out, written by a later version: ${ignored.join(', ')}.`] : []),
  ]
}
