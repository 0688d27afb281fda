import type { Handlers, RunDetail, Series } from '#shared/contract/index'
import type { FigureDefinition } from '#shared/figure'
import type { MeasuredRecord, Prediction, QuantityDefinition } from '#shared/records'

/** What the panel or the export chose: a step, and a layer for figures that show one. */
export interface FigureSelection {
  readonly step: number
  readonly layer: number | null
}

/** One array that a figure needs. */
export type FigureRequest =
  | { readonly kind: 'series'; readonly quantity: string; readonly layer: number | null }
  | { readonly kind: 'array'; readonly quantity: string; readonly layer: number | null; readonly step: number }
  | { readonly kind: 'arrays'; readonly quantity: string; readonly layer: number | null }

/** What each mark needs of a quantity; a profile takes one point of the series of every layer. */
const REQUEST_OF: Readonly<Record<FigureDefinition['mark'], FigureRequest['kind']>> = {
  series: 'series',
  profile: 'series',
  bundle: 'arrays',
  evolution: 'arrays',
  surface: 'arrays',
  spectrum: 'array',
  density: 'array',
  heatmap: 'array',
}

/** What a figure is drawn from, loaded before: the renderer fills it through its bridge, the export from a host. */
export interface FigureSource {
  readonly quantities: readonly QuantityDefinition[]
  readonly predictions: readonly Prediction[]
  /** Layers of a quantity that have records, ascending; [null] for one without layers. */
  layersOf(quantity: string): readonly (number | null)[]
  series(quantity: string, layer: number | null): Series | null
  array(quantity: string, layer: number | null, step: number): MeasuredRecord | null
  arrays(quantity: string, layer: number | null): readonly MeasuredRecord[]
}

export type RunFacts = Pick<RunDetail, 'quantities' | 'predictions' | 'measured'>
export type FigureHandlers = Pick<Handlers, 'run.series' | 'run.array' | 'run.arrays'>

/** The layers that a figure draws of a quantity: all measured ones, or the chosen one (else the first). */
export function drawnLayers(
  definition: FigureDefinition,
  measured: readonly (number | null)[],
  chosen: number | null,
): readonly (number | null)[] {
  if (definition.layers !== 'one' || measured.length === 0) return measured
  return [measured.includes(chosen) ? chosen : measured[0]!]
}

/** Every array that the figure needs, none that was never measured. */
export function figureRequests(
  definition: FigureDefinition,
  { measured }: Pick<RunFacts, 'measured'>,
  selection: FigureSelection,
): FigureRequest[] {
  return definition.quantities.flatMap((quantity) =>
    drawnLayers(definition, measuredLayers(measured, quantity), selection.layer).map((layer): FigureRequest => {
      const kind = REQUEST_OF[definition.mark]
      return kind === 'array' ? { kind, quantity, layer, step: selection.step } : { kind, quantity, layer }
    }),
  )
}

/** Loads what a figure needs through the contract's calls and hands it on as a source. */
export async function loadFigureSource(
  definition: FigureDefinition,
  run: RunFacts & Pick<RunDetail, 'id'>,
  selection: FigureSelection,
  handlers: FigureHandlers,
): Promise<FigureSource> {
  const series = new Map<string, Series>()
  const arrays = new Map<string, readonly MeasuredRecord[]>()
  const load = async (request: FigureRequest) => {
    const { quantity, layer } = request
    const key = keyOf(quantity, layer)
    if (request.kind === 'series') series.set(key, await handlers['run.series']({ runId: run.id, quantity, layer }))
    else if (request.kind === 'arrays') {
      arrays.set(key, await handlers['run.arrays']({ runId: run.id, quantity, layer }))
    } else {
      const record = await handlers['run.array']({ runId: run.id, quantity, layer, step: request.step })
      arrays.set(key, record ? [record] : [])
    }
  }
  await Promise.all(figureRequests(definition, run, selection).map(load))
  return {
    quantities: run.quantities,
    predictions: run.predictions,
    layersOf: (quantity) => measuredLayers(run.measured, quantity),
    series: (quantity, layer) => series.get(keyOf(quantity, layer)) ?? null,
    array: (quantity, layer, step) =>
      arrays.get(keyOf(quantity, layer))?.findLast((record) => record.step <= step) ?? null,
    arrays: (quantity, layer) => arrays.get(keyOf(quantity, layer)) ?? [],
  }
}

/** Layers of a quantity that have records, ascending; [null] for one without layers. */
export function measuredLayers(measured: RunFacts['measured'], quantity: string): (number | null)[] {
  const layers = measured.filter((entry) => entry.quantity === quantity).map((entry) => entry.layer)
  return layers.sort((a, b) => (a ?? 0) - (b ?? 0))
}

function keyOf(quantity: string, layer: number | null): string {
  return `${quantity} ${layer ?? ''}`
}
