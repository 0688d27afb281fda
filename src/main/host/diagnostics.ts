import { arch, availableParallelism, platform, release, totalmem } from 'node:os'
import { strToU8, zipSync } from 'fflate'
import { cleanPaths } from '../jobs/withoutPaths'
import type { BlasReport } from '../compute/backends/select'
import type { ProjectHealth } from '#shared/contract/project'

export interface DiagnosticsSource {
  readonly version: string
  readonly host: string
  readonly blas: BlasReport
  readonly health: ProjectHealth
  readonly log: string
  /** Names that say whose machine it is or what is worked on: of the person, of the project. */
  readonly privateNames: readonly string[]
}

/**
 * What someone needs to find the cause of a trouble, as a zip file: versions, machine, sizes and the last log. Nothing a
 * person has made is in it: no names, parameters, notes or measurements, and no folder names.
 */
export function diagnosticsBundle({ version, host, blas, health, log, privateNames }: DiagnosticsSource): Uint8Array {
  const { fileBytes, freeBytes, diskBytes, binnedRuns, binnedBytes, backups, quarantined } = health
  const about = {
    version,
    host,
    node: process.version,
    electron: process.versions['electron'] ?? null,
    platform: platform(),
    release: release(),
    arch: arch(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  }
  const project = {
    fileBytes,
    freeBytes,
    diskBytes,
    binnedRuns,
    binnedBytes,
    backups: backups.map(({ bytes, madeAt }) => ({ bytes, madeAt })),
    quarantined: quarantined.length,
  }
  const clean = (text: string) => withoutNames(cleanPaths(text), privateNames)
  const json = (value: unknown) => strToU8(clean(JSON.stringify(value, null, 2)))
  return zipSync({
    'about.json': json(about),
    'linear-algebra.json': json(blas),
    'project.json': json(project),
    // Our messages quote what a person wrote.
    'collapsar.log': strToU8(clean(log).replaceAll(/"[^"\n]*"/g, '"…"')),
  })
}

/** Whole words only: a short name is a part of many others. */
function withoutNames(text: string, names: readonly string[]): string {
  const patterns = names
    .flatMap((name) => (name === '' ? [] : [name, encodeURI(name)]))
    .map((name) => name.replaceAll(/[^\p{L}\p{N}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`))
  return patterns.reduce(
    (cleaned, name) => cleaned.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${name}(?![\\p{L}\\p{N}])`, 'gu'), '…'),
    text,
  )
}
