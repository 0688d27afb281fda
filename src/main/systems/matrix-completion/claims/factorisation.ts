import type { ClaimCheck } from '#shared/records'
import { norm } from '#main/compute/linalg/index'
import type { ExactClaim } from '#main/core/system'
import { movedFrom } from '#main/probes/movedFrom'
import { atLeast, atMost, within } from '../../claimChecks'
import { rhoOf } from '../../linear-network/rho'
import type { CompletionParams } from '../params'
import { completionPresets } from '../presets'
import { blockDistance, blockLoss } from '../theory'
import { followProduct, iterationsTo, stepTime } from './measure'

const SOURCE = 'Yaras et al. 2023, arXiv:2306.01154; theory note 05, S-C'
const FULL: CompletionParams = completionPresets.small.params
const COMPRESSED: CompletionParams = completionPresets.compressed.params
const ESTIMATES = [3, 5]

const distance: ExactClaim = {
  kind: 'exact',
  id: '05.C16',
  title: 'The compressed product stays ρ^L √(d − 2r̂) from the full one, exactly',
  source: `${SOURCE}, C16`,
  async check() {
    const { width: d, depth, initScale, learningRate, steps } = FULL
    const rho = rhoOf({ outputCase: 2, depth, initScale, learningRate, weightDecay: 0, momentum: 0 })
    const at = [0, 1, 10, 50, 100, 200, 300, 400, steps]
    const full = await followProduct(FULL, 0, at)
    const checks: ClaimCheck[] = []
    for (const rankEstimate of ESTIMATES) {
      const compressed = await followProduct({ ...COMPRESSED, rankEstimate }, 0, at)
      const sizes = { d, rank: rankEstimate, depth }
      const gaps = at.map((step, i) => {
        const measured = norm(movedFrom(compressed[i]!.product, full[i]!.product, 1).data)
        return { measured, gap: Math.abs(measured - blockDistance(sizes, rho(step))) }
      })
      const losses = at.map((step, i) => Math.abs(full[i]!.loss - compressed[i]!.loss - blockLoss(sizes, rho(step))))
      const label = `r̂ = ${rankEstimate}`
      checks.push(
        atMost(`${label}: largest error of the distance formula`, Math.max(...gaps.map(({ gap }) => gap)), 1e-14),
        within(
          `${label}: largest distance, ε^L √(d − 2r̂)`,
          Math.max(...gaps.map(({ measured }) => measured)),
          blockDistance(sizes, initScale),
          1e-14,
        ),
        // Two losses of about 2, each a sum of 3600 squares: rounding of about 1e-15 each.
        atMost(`${label}: largest error of ℓ_full − ℓ_c = (d − 2r̂)/2 ρ^{2L}`, Math.max(...losses), 1e-14),
      )
    }
    return checks
  },
}

const speed: ExactClaim = {
  kind: 'exact',
  id: '05.C17',
  title:
    'Compressed factorisation needs as many iterations as the full one, a narrow network at least 1.4 times as many',
  source: `${SOURCE}, C17`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const seed of [0, 1]) {
      const full = await iterationsTo(1e-3, FULL, seed)
      for (const rankEstimate of ESTIMATES) {
        const compressed = await iterationsTo(1e-3, { ...COMPRESSED, rankEstimate }, seed)
        const narrow = await iterationsTo(1e-3, { ...FULL, rankEstimate, factorisation: 'narrow' }, seed)
        const label = `seed ${seed}, r̂ = ${rankEstimate}`
        checks.push(
          within(`${label}: iterations of the compressed model, against the full one`, compressed, full, 0),
          atLeast(`${label}: iterations of the narrow model / of the full one`, narrow / full, 1.4),
        )
      }
    }
    return checks
  },
}

const time: ExactClaim = {
  kind: 'exact',
  id: '05.C22',
  title: 'At d = 300 a compressed step, trained factors included, is at least five times as fast as a full one',
  source: 'Theory note 05, S-C, C22',
  async check() {
    const params = { ...FULL, width: 300 }
    const full = await stepTime(params, 200)
    const compressed = await stepTime({ ...COMPRESSED, width: 300, gamma: 0.1 }, 200)
    const label = `full ${full.toPrecision(3)} ms, compressed ${compressed.toPrecision(3)} ms a step: full / compressed`
    return [atLeast(label, full / compressed, 5)]
  },
}

export const factorisationClaims: readonly ExactClaim[] = [distance, speed, time]
