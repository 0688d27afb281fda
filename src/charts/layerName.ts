/** Layer 0 is the free features H₁, the factor that W₁ acts on; weight matrices count from 1. */
export function layerName(layer: number): string {
  return layer === 0 ? 'H₁ (free features)' : `layer ${layer}`
}

/** 'layer 2', 'layers 1–3', 'H₁ (free features), layers 1–2, 5'. */
export function layersText(layers: readonly number[]): string {
  const ranges: [from: number, to: number][] = []
  const sorted = layers.toSorted((a, b) => a - b)
  const weights = sorted.filter((layer) => layer > 0)
  for (const layer of weights) {
    const last = ranges.at(-1)
    if (last && last[1] === layer - 1) last[1] = layer
    else ranges.push([layer, layer])
  }
  const words = ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
  const features = sorted.filter((layer) => layer === 0).map(layerName)
  const named = weights.length === 0 ? [] : [`${weights.length === 1 ? 'layer' : 'layers'} ${words}`]
  return [...features, ...named].join(', ')
}
