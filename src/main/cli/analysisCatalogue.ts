import type { RunId } from '#shared/ids'
import type { OpenedService } from '../host/openService'
import type { Result } from './command'
import { facts, table } from './table'

const ASKS = {
  parameters: '--parameters (default: all)',
  layer: '--layer',
  layerPair: '--layer, --other-layer',
} as const

/** What can be analysed of a run: the matrices, what each has to be told, and the states that are stored. */
export async function catalogueReport(service: OpenedService, runId: RunId): Promise<Result> {
  const choices = await service.handlers['analysis.choices']({ runId })
  const { operators, parameters, weights, steps } = choices
  const text = [
    table(operators, [
      { title: '--operator', cell: ({ id }) => id },
      { title: 'matrix', cell: ({ title }) => title },
      { title: 'asks for', cell: ({ choose }) => ASKS[choose] },
    ]),
    facts([
      ['parameters', parameters.join(', ')],
      ['layers', weights.map((name, i) => `${i + 1} (${name})`).join(', ')],
      ['--step', steps.length > 0 ? steps.join(', ') : 'none: no state of this run is stored'],
    ]),
  ].join('\n\n')
  return { exitCode: 0, document: { runId, ...choices }, text }
}
