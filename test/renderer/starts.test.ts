import { describe, expect, it } from 'vitest'
import { beginStart, type TextStorage } from '../../src/renderer/composables/starts'

function storage(): TextStorage {
  const kept = new Map<string, string>()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) }
}

describe('beginStart', () => {
  it('is safe after two starts that did not come to their end, and not before', () => {
    const kept = storage()
    expect([1, 2, 3, 4].map(() => beginStart(kept).isSafe)).toEqual([false, false, true, true])
  })
  it('restores again after a start that succeeded', () => {
    const kept = storage()
    for (let i = 0; i < 3; i++) beginStart(kept)
    beginStart(kept).succeeded()
    expect(beginStart(kept).isSafe).toBe(false)
  })
  it('does not let a start succeed in which something was thrown, until a person says so', () => {
    const kept = storage()
    for (let i = 0; i < 2; i++) {
      const start = beginStart(kept)
      start.failed()
      start.succeeded()
    }
    const safe = beginStart(kept)
    expect(safe.isSafe).toBe(true)
    safe.forget()
    expect(beginStart(kept).isSafe).toBe(false)
  })
  it('takes what is no number for no failure', () => {
    const kept = storage()
    kept.setItem('collapsar.failedStarts', 'many')
    expect(beginStart(kept).isSafe).toBe(false)
  })
})
