import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { beginServiceStart } from '#main/host/serviceStarts'
import { temporaryFolder } from '../../helpers/projects'

const newFile = () => join(temporaryFolder(), 'work.clps.starts')

describe('starts of the service', () => {
  it('are safe after two that were never over', () => {
    const file = newFile()
    expect([1, 2, 3, 4].map(() => beginServiceStart(file).isSafe)).toEqual([false, false, true, true])
  })
  it('are counted anew after one that was over', () => {
    const file = newFile()
    beginServiceStart(file)
    beginServiceStart(file)
    beginServiceStart(file).over()
    expect(existsSync(file)).toBe(false)
    expect(beginServiceStart(file).isSafe).toBe(false)
  })
  it('are over by themselves once the service has been up for a while', async () => {
    const file = newFile()
    beginServiceStart(file, 20)
    expect(existsSync(file)).toBe(true)
    await vi.waitFor(() => expect(existsSync(file)).toBe(false))
  })
  it('go on where the file is damaged or cannot be written', () => {
    const file = newFile()
    writeFileSync(file, 'many')
    expect(beginServiceStart(file).isSafe).toBe(false)
    const nowhere = beginServiceStart(join(temporaryFolder(), 'missing', 'work.clps.starts'))
    expect(nowhere.isSafe).toBe(false)
    nowhere.over()
  })
})
