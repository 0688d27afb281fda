import { initial } from './001-initial'
import { checkpoints } from './002-checkpoints'
import { sweeps } from './003-sweeps'
import { comparisons } from './005-comparisons'
import { matrices } from './007-matrices'
import { quarantine } from './008-quarantine'

/** SQL that takes the schema from version i to i + 1. Released entries are never edited; new ones are appended. */
export const migrations: readonly string[] = [initial, checkpoints, sweeps, comparisons, matrices, quarantine]
