import type { FieldIssue } from '#shared/params'

/** Advice that many runs of a sweep get alike, up to its numbers: said once, with how many more it concerns. */
export function alikeAdvice(advice: readonly FieldIssue[]): readonly (FieldIssue & { readonly more: number })[] {
  const alike = Map.groupBy(advice, ({ path, message }) => `${path} ${message.replaceAll(/\d+(\.\d+)?/g, '#')}`)
  return Array.from(alike.values(), ([first, ...others]) => ({ ...first!, more: others.length }))
}
