import type { RunDetail, RunSummary } from '#shared/contract/index'
import { paramText, type ParamValues } from '#shared/params'
import { formatNumber } from '#charts/format'
import { claimsOfRun } from './checkClaims'
import { claimTable, verdictLines } from './claimTable'
import type { ExitCode } from './command'
import { facts } from './table'

/** One run as text: what it is, how it ended, its last values, its claims. */
export function runReport(run: RunDetail): string {
  const claims = claimsOfRun(run)
  const parts = [
    facts([
      ['run', run.id],
      ['name', run.name],
      ['system', `${run.system} (${run.title})`],
      ['status', statusOf(run)],
      ['seed', String(run.seed)],
      ['parameters', namesAndValues(run.params)],
      ['computed by', run.provenance ? namesAndValues(run.provenance) : 'not started'],
    ]),
    run.predictions.length === 0 ? run.advice.join('\n') : '',
    facts(
      Object.entries(run.last).map(([quantity, value]) => [quantity, stateIn(run, quantity) ?? formatNumber(value, 7)]),
    ),
    claims.length > 0 ? `${claimTable(claims)}\n${verdictLines(claims)}` : '',
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function stateIn({ states }: RunDetail, quantity: string): string | undefined {
  return states.find((state) => state.quantity === quantity)?.text
}

export function statusOf(run: RunSummary): string {
  const reached = `${run.status} at step ${run.step} of ${run.steps}`
  return run.error ? `${reached}: ${run.error.message}` : reached
}

/** What scripts get of a run: everything but the list of measured steps, which `export` writes out. */
export function runDocument(run: RunDetail) {
  const { measured, figures, ...rest } = run
  return {
    ...rest,
    figures: figures.map((figure) => figure.id),
    measured: measured.map(({ quantity, layer, steps }) => ({ quantity, layer, count: steps.length })),
  }
}

/** 0 only for a run that reached its end and whose claims hold. */
export function exitCodeOf(run: RunDetail): ExitCode {
  return run.status === 'completed' && run.claims.every((claim) => claim.holds) ? 0 : 1
}

function namesAndValues(values: ParamValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${paramText(value)}`)
    .join(' ')
}
