import { describe, expect, it } from 'vitest'
import { oneAtATime } from '../../src/renderer/composables/oneAtATime'

describe('oneAtATime', () => {
  it('answers many calls during a run with one more run', async () => {
    const finish: (() => void)[] = []
    const run = oneAtATime(() => new Promise<void>((done) => finish.push(done)))
    const calls = [run(), run(), run(), run()]
    expect(finish).toHaveLength(1)
    finish[0]!()
    await expect.poll(() => finish.length).toBe(2)
    finish[1]!()
    await Promise.all(calls)
    expect(finish).toHaveLength(2)
  })
  it('runs again when it is called after the last run', async () => {
    let runs = 0
    const run = oneAtATime(async () => void runs++)
    await run()
    await run()
    expect(runs).toBe(2)
  })
})
