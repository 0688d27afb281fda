import { expect, it } from 'vitest'
import { alikeAdvice } from '../../src/renderer/views/design/alikeAdvice'

it('says advice that differs in numbers alone once, and other advice for itself', () => {
  const unstable = (value: number) => ({ path: 'params.learningRate', message: `Unstable above ${value}.` })
  const wide = { path: 'params.width', message: 'That is wide.' }
  expect(alikeAdvice([unstable(2.25), wide, unstable(2.5), unstable(3)])).toEqual([
    { ...unstable(2.25), more: 2 },
    { ...wide, more: 0 },
  ])
  expect(alikeAdvice([unstable(1), { ...unstable(1), path: 'params.width' }])).toHaveLength(2)
})
