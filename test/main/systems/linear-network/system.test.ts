import { describe, expect, it } from 'vitest'
import { parseParams, type ParamValues } from '#shared/params'
import { networkParams } from '#main/systems/linear-network/params'
import { networkPresets } from '#main/systems/linear-network/presets'
import system from '#main/systems/linear-network/system'
import { expectClose } from '../../../helpers/expectClose'

const params = (given: ParamValues) => parseParams(networkParams, given)

describe('advice', () => {
  it('is silent on the exact presets, and says what is approximate on the other', () => {
    const { unwhitened, adam, ...exact } = networkPresets
    for (const preset of Object.values(exact)) expect(system.advice(params(preset.params))).toEqual([])
    expect(system.advice(params(unwhitened.params)).map(({ path }) => path)).toEqual(['params.condition'])
    expect(system.advice(params(adam.params)).map(({ path }) => path)).toEqual(['params.optimiser'])
  })

  it.each([
    [{ rank: 31 }, 'params.rank', /r = 31 exceeds d = 30/],
    [{ width: 6 }, 'params.width', /d = 6 ≤ 2r = 6.*above 6/],
    [{ init: 'normal' }, 'params.init', /orthogonal start/],
    [{ learningRate: 0.3 }, 'params.learningRate', /η ≥ 0\.265 unstable/],
    [{ initScale: 0.001 }, 'params.steps', /plateau for about 99\d\d steps/],
  ])('on %o names the field and the number', (given, path, message) => {
    const found = system.advice(params(given)).find((advice) => advice.path === path)
    expect(found?.message).toMatch(message)
  })
})

describe('predictions', () => {
  const levelsOf = (given: ParamValues, layer: number) =>
    system.theory(params(given)).find((p) => p.quantity === 'singularValues' && p.layer === layer)!.levels

  it('name the learned values and the block', () => {
    const [first, , third, block] = levelsOf({}, 1)
    expectClose(first!.value, 2 ** (1 / 3), { rtol: 1e-15 })
    expectClose(third!.value, 1, { rtol: 1e-15 })
    // Claim C2's number.
    expectClose(block!.value, 0.0985538, { atol: 5e-8 })
    expect(block!.copies).toBe(24)
  })

  it('leave the block out where there is none', () => {
    expect(levelsOf({ outputs: 'rank' }, 3)).toHaveLength(3)
    expect(levelsOf({ outputs: 'rank' }, 2)).toHaveLength(4)
    for (const given of [{ init: 'uniform' }, { condition: 2 }, { width: 6 }])
      expect(levelsOf(given, 1)).toHaveLength(3)
  })
})
