import { initial } from './001-initial'
import { checkpoints } from './002-checkpoints'
import { analyses } from './006-analyses'

/** SQL that takes the schema from version i to i + 1. Released entries are never edited; new ones are appended. */
export const migrations: readonly string[] = [initial, checkpoints, analyses]
