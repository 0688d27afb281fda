import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { commandLine } from './harness'

describe('a project that is looked after', () => {
  it('is verified, found damaged, and can be read again once the damage is in quarantine', async () => {
    const { collapsar, project } = commandLine()
    expect(await collapsar('run', 'tiny', '--set', 'steps=7')).toMatchObject({ code: 0 })
    const sound = await collapsar('verify')
    expect([sound.code, sound.stdout]).toEqual([
      0,
      expect.stringMatching(/^\d+ stored arrays were read back; 0 are damaged/),
    ])
    const database = new Database(project)
    database.exec("UPDATE series_chunks SET digest = x'00' WHERE id = (SELECT min(id) FROM series_chunks)")
    database.close()
    const damaged = await collapsar('verify')
    expect([damaged.code, damaged.stdout]).toEqual([
      1,
      expect.stringMatching(/1 are damaged[\s\S]*r-.*points[\s\S]*--quarantine/),
    ])
    expect(JSON.parse((await collapsar('verify', '--quarantine', '--json')).stdout)).toMatchObject({ quarantined: 1 })
    expect((await collapsar('verify')).code).toBe(0)
  })

  it('is backed up beside itself', async () => {
    const { collapsar } = commandLine()
    await collapsar('run', 'tiny', '--set', 'steps=7')
    const { code, stdout } = await collapsar('backup', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: expect.stringMatching(/^project-\d{8}T\d{6}Z(-2)?\.clps$/) })
  })
})
