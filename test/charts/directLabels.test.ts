import { expect, it } from 'vitest'
import { legendRoom } from '#charts/curveLegend'
import { shortLabel } from '#charts/directLabels'
import { textWidth } from '#charts/frame'
import { themes } from '#charts/theme'

it.each([
  ['λ = 0.005, d = 10', 'λ = 0.005, d = 10'],
  ['d = 10, λ = 0.005, T = 6000, η = 0.2, n = 5, K = 3', 'd = 10, λ = 0.005, T = 6000, η = 0.2, …'],
  // Marks of an index take no room.
  ['W_{l}, W_{l}, W_{l}, W_{l}, W_{l}, W_{l}, W_{l}', 'W_{l}, W_{l}, W_{l}, W_{l}, W_{l}, W_{l}, W_{l}'],
  ['a name that somebody gave to a run and that goes on and on', 'a name that somebody gave to a run and …'],
])('cuts the label %s where it takes the room of the curves', (label, short) => expect(shortLabel(label)).toBe(short))

it('leaves the legend the room of its widest entry, whole on one line', () => {
  const labels = ['λ = 0.001, d = 16, T = 2000', 'λ = 0.1']
  expect(legendRoom(themes.light, labels)).toBeGreaterThan(textWidth(labels[0]!, themes.light.tickSize))
})
