import { initial } from './001-initial'
import { comparisons } from './005-comparisons'

/** SQL that takes the schema from version i to i + 1. Released entries are never edited; new ones are appended. */
export const migrations: readonly string[] = [initial, comparisons]
