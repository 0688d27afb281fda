import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import deepUfm from '#main/systems/deep-ufm/system'
import { commandLine } from './harness'

const prepared = () => commandLine({ systems: [deepUfm] })

describe('collapsar theory', () => {
  it('writes every picture of the theory for the given parameters, with their numbers', async () => {
    const { collapsar, folder } = prepared()
    const out = join(folder, 'theory')
    const set = ['--set', 'loss=ce', '--set', 'K=4', '--set', 'weightDecay=0.01']
    const { code, stdout } = await collapsar('theory', 'deep-ufm', ...set, '--out', out, '--format', 'svg,csv')
    expect(code).toBe(0)
    expect(stdout).toContain('loss-over-depth-K-10.svg')
    expect(readFileSync(join(out, 'scale.csv'), 'utf8')).toMatch(/^curve,λ,/)
    expect(readFileSync(join(out, 'scale.svg'), 'utf8')).toContain('Scale of the logits of every structure')
  })

  it('says why there is none', async () => {
    const { collapsar, folder } = prepared()
    const out = join(folder, 'theory')
    const { code, stderr } = await collapsar('theory', 'deep-ufm', '--set', 'classSizes=3,4,5', '--out', out)
    expect(code).toBe(2)
    expect(stderr).toMatch(/no closed form for these values\. The closed forms need classes of one size/)
    expect(existsSync(out)).toBe(false)
    expect(await collapsar('theory', 'deep-ufm')).toMatchObject({ code: 2, stderr: expect.stringMatching(/--out DIR/) })
  })
})
