import { expect, it } from 'vitest'
import { layersText } from '#charts/layerName'

it.each([
  [[], ''],
  [[2], 'layer 2'],
  [[3, 1, 2], 'layers 1–3'],
  [[0], 'H₁ (free features)'],
  [[0, 1, 2, 5], 'H₁ (free features), layers 1–2, 5'],
])('layersText writes %j as "%s"', (layers, text) => expect(layersText(layers)).toBe(text))
