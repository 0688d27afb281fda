import { describe, expect, it } from 'vitest'
import { useLatest } from '../../src/renderer/composables/useLatest'

/** A question whose answers the test gives, in any order. */
function heldBack<T>() {
  const asked: { resolve: (value: T) => void; reject: (error: Error) => void }[] = []
  return { asked, ask: () => new Promise<T>((resolve, reject) => asked.push({ resolve, reject })) }
}

describe('useLatest', () => {
  it('keeps the answer to the newest question when an older one comes late', async () => {
    const { asked, ask } = heldBack<string>()
    const { value, refresh } = useLatest(ask)
    const [first, second] = [refresh(), refresh()]
    asked[1]!.resolve('new')
    asked[0]!.resolve('old')
    await Promise.all([first, second])
    expect(value.value).toBe('new')
  })
  it('keeps the last value beside the error of a failed refresh', async () => {
    const { asked, ask } = heldBack<string>()
    const { value, error, pending, refresh } = useLatest(ask)
    const first = refresh()
    asked[0]!.resolve('kept')
    await first
    const second = refresh()
    expect(pending.value).toBe(true)
    asked[1]!.reject(new Error('gone'))
    await second
    expect(value.value).toBe('kept')
    expect(error.value).toMatchObject({ code: 'internal', message: 'gone' })
    expect(pending.value).toBe(false)
  })
  it('ignores the failure of a question that was asked again', async () => {
    const { asked, ask } = heldBack<string>()
    const { value, error, refresh } = useLatest(ask)
    const both = [refresh(), refresh()]
    asked[0]!.reject(new Error('late'))
    asked[1]!.resolve('fine')
    await Promise.all(both)
    expect([value.value, error.value]).toEqual(['fine', null])
  })
})
