import { unzipSync, zipSync } from 'fflate'
import { random } from '#main/compute/rng/random'

/** Numbers of a case, the same at every run: a case that fails can be repeated. */
export interface Dice {
  below(limit: number): number
  /** One of these. */
  of<const T>(choices: readonly [T, ...T[]]): T
}

export function diceOf(seed: number): Dice {
  const numbers = random(seed, 'import fuzz').uniform(64)
  let next = 0
  const below = (limit: number) => Math.floor((numbers[next++ % numbers.length] ?? 0) * limit)
  return { below, of: (choices) => choices[below(choices.length)] ?? choices[0] }
}

/** What a failing disk, a careless program or an attacker makes of a file. */
export function spoilt(bytes: Uint8Array, dice: Dice): Uint8Array {
  const kind = dice.of(['flips', 'truncated', 'lying', 'repeated', 'cut', 'zeroed'] as const)
  const copy = Buffer.from(bytes)
  const at = dice.below(copy.length)
  const length = 1 + dice.below(Math.min(4096, copy.length - at))
  switch (kind) {
    case 'flips':
      for (let left = 1 + dice.below(8); left > 0; left--) {
        const place = dice.below(copy.length)
        copy[place] = (copy[place] ?? 0) ^ (1 << dice.below(8))
      }
      return copy
    case 'truncated':
      return copy.subarray(0, at)
    case 'lying': {
      // Lengths, counts and offsets stand in the structures, which are at the ends of both kinds of files.
      const place = dice.of([
        at,
        dice.below(Math.min(128, copy.length)),
        Math.max(0, copy.length - 4 - dice.below(200)),
      ])
      const width = Math.min(dice.of([2, 4]), copy.length - place)
      copy.fill(dice.of([0xff, 0x7f, 0x80, 0x00]), place, place + width)
      return copy
    }
    case 'repeated':
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)])
    case 'cut':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)])
    case 'zeroed':
      return copy.fill(0, at, at + length)
    default:
      return kind satisfies never
  }
}

const STRANGE = [null, -1, 1e300, 2 ** 53, '', '../..', 'NaN', [], {}, true, [[[]]], 'x'.repeat(5000), -0.5] as const

/** A sound archive with a manifest that says something else, or with one file in place of another. */
export function reworked(bundle: Uint8Array, dice: Dice): Uint8Array {
  const files = unzipSync(bundle)
  const names = Object.keys(files)
  const name = names[dice.below(names.length)] ?? ''
  if (dice.below(4) === 0) return zipSync({ ...files, [name]: spoilt(files[name] ?? new Uint8Array(), dice) })
  const bomb = () => new Uint8Array(dice.of([2 ** 16, 2 ** 20, 2 ** 24]))
  if (dice.below(40) === 0) return zipSync({ ...files, [name]: bomb() })
  const manifest: unknown = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString())
  alter(manifest, dice)
  return zipSync({ ...files, 'manifest.json': Buffer.from(JSON.stringify(manifest)) })
}

/** Replaces, removes or doubles one value somewhere inside. */
function alter(value: unknown, dice: Dice): void {
  if (typeof value !== 'object' || value === null) return
  const keys = Object.keys(value)
  const key = keys[dice.below(keys.length)]
  if (key === undefined) return
  const inner: unknown = Reflect.get(value, key)
  if (typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0 && dice.below(5) > 0) {
    alter(inner, dice)
  } else if (dice.below(4) === 0) Reflect.deleteProperty(value, key)
  else if (Array.isArray(value) && dice.below(3) === 0) value.push(inner)
  else Reflect.set(value, key, dice.of(STRANGE))
}
