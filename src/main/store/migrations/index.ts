import type { Connection } from '../connection'
import { initial } from './001-initial'
import { checkpoints } from './002-checkpoints'
import { sweeps } from './003-sweeps'
import * as runs from './004-runs'
import { comparisons } from './005-comparisons'
import { analyses } from './006-analyses'
import { matrices } from './007-matrices'
import { quarantine } from './008-quarantine'
import { arriving } from './009-arriving'
import { exactClaims } from './010-exact-claims'
import { trainedTime } from './011-trained-time'
import { measuringCosts } from './012-measuring-costs'
import { heldRuns } from './013-held-runs'

/** What takes the schema from version i to i + 1: SQL, and where it needs more than SQL, what fills the new columns. */
export type Migration = string | { readonly schema: string; readonly fill: (connection: Connection) => void }

/** Released entries are never edited; new ones are appended. */
export const migrations: readonly Migration[] = [
  initial,
  checkpoints,
  sweeps,
  runs,
  comparisons,
  analyses,
  matrices,
  quarantine,
  arriving,
  exactClaims,
  trainedTime,
  measuringCosts,
  heldRuns,
]
