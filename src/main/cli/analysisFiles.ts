import { writeFile } from 'node:fs/promises'
import { parse, format } from 'node:path'
import type { AnalysisDetail } from '#shared/analysis'
import { bulkDensity } from '#shared/bulkDensity'
import { LabError } from '#shared/errors'
import { outliersBy, usualChoice } from '#shared/outliers'
import { analysisTable } from '#charts/analysisFigure'
import { bulkDensityTable } from '#charts/bulkDensityFigure'
import { toCsv } from '#charts/toCsv'
import { writeNpy } from '../bundle/npy'
import type { OpenedService } from '../host/openService'

export interface AnalysisFiles {
  readonly csv?: string | undefined
  readonly vectors?: string | undefined
  readonly density?: string | undefined
}

/**
 * The files that were asked for of every analysis with a result; of several, each with its step in the name:
 * 'spectrum.csv' becomes 'spectrum-step100.csv'.
 */
export async function writeAnalysisFiles(
  service: OpenedService,
  analyses: readonly AnalysisDetail[],
  files: AnalysisFiles,
): Promise<void> {
  for (const analysis of analyses) {
    if (!analysis.result) continue
    const named = (path: string) => (analyses.length > 1 ? withStep(path, analysis.step) : path)
    if (files.csv !== undefined) await writeFile(named(files.csv), toCsv(analysisTable(analysis)))
    if (files.vectors !== undefined) await writeFile(named(files.vectors), await vectorsFile(service, analysis))
    if (files.density !== undefined) await writeFile(named(files.density), densityFile(analysis))
  }
}

function withStep(path: string, step: number | null): string {
  const { dir, name, ext } = parse(path)
  return format({ dir, name: `${name}-step${step ?? 0}`, ext })
}

/** Kept eigenvectors, count × n. */
async function vectorsFile(service: OpenedService, { id, result }: AnalysisDetail): Promise<Uint8Array> {
  const count = result?.meta.eigenvectors?.count ?? 0
  const n = result?.meta.dimension ?? 0
  if (count === 0) throw new LabError('unavailable', `--vectors: analysis ${id} has no eigenvectors to write.`)
  const whole = new Float64Array(count * n)
  for (let rank = 0; rank < count; rank++) {
    whole.set((await service.handlers['analysis.vector']({ analysisId: id, rank })).vector, rank * n)
  }
  return writeNpy({ dtype: 'float64', shape: [count, n] }, whole)
}

function densityFile({ id, result }: AnalysisDetail): string {
  const bulk = result && bulkDensity(result, outliersBy(usualChoice(result.meta), result) ?? 0)
  if (bulk) return toCsv(bulkDensityTable(bulk))
  throw new LabError('unavailable', `--density: analysis ${id} ended before there was a density to write.`)
}
