import type { AnalysisSummary } from '#shared/analysis'
import type { AnalysisRequests } from '#shared/contract/analysis'
import type { Handlers } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { System } from '../core/system'
import type { AnalysisDesk } from '../jobs/analysisDesk'
import { analysisMenu } from '../jobs/analysisPlan'
import { runParams } from '../jobs/matrixParams'
import { trackAnalyses } from './trackAnalyses'
import { uploadedBytes, type Uploads } from './uploads'
import type { StoredAnalysis } from '../store/analyses'
import type { Project } from '../store/project'

export interface AnalysisContext {
  readonly project: Project
  readonly systems: ReadonlyMap<string, System>
  readonly uploads: Uploads
  /** Null where the project is only read. */
  readonly desk: AnalysisDesk | null
  /** The desk; throws where there is none. */
  writing(): AnalysisDesk
}

/** Analyses of stored states and of matrices from files. */
export function analysisHandlers({
  project,
  systems,
  uploads,
  desk,
  writing,
}: AnalysisContext): Pick<Handlers, keyof AnalysisRequests> {
  const summaryOf = (analysis: StoredAnalysis): AnalysisSummary => ({
    ...analysis,
    progress: desk?.progress(analysis.id) ?? null,
    // What it found waits for the disk: then it is running still, and this is why.
    error: analysis.error ?? (analysis.status === 'running' ? (desk?.trouble?.toData() ?? null) : null),
  })
  return {
    'analysis.choices': async ({ runId }) => {
      const { spec } = project.runs.get(runId)
      const system = systems.get(spec.system)
      if (!system)
        throw new LabError('unavailable', `This version has no system "${spec.system}" to analyse run ${runId} with.`)
      const model = system.model(runParams(system, spec, project))
      const [steps, last] = [project.checkpoints.steps(runId), project.checkpoints.lastStep(runId)]
      return {
        ...analysisMenu(model),
        // One that is only there to go on from can be looked at as long as it is.
        steps: last === null || steps.includes(last) ? steps : [...steps, last],
      }
    },
    'analysis.start': async ({ runId, step, spec }) => writing().startRun(project.runs.get(runId).id, step, spec),
    'analysis.startMatrix': async ({ file, spec }) => {
      const { name, bytes } = await uploadedBytes(uploads, file, 'operator')
      return writing().startMatrix(name, bytes, spec)
    },
    'analysis.resumeMatrix': async ({ analysisId, file }) => {
      const begun = project.analyses.get(analysisId)
      const { bytes } = await uploadedBytes(uploads, file, 'operator')
      return writing().resumeMatrix(begun, bytes)
    },
    'analysis.choose': async ({ analysisId, choice }) => {
      writing().choose(project.analyses.get(analysisId).id, choice)
      return null
    },
    'analysis.cancel': async ({ analysisId }) => {
      writing().cancel(project.analyses.get(analysisId).id)
      return null
    },
    'analyses.list': async ({ runId }) => project.analyses.list(runId).map(summaryOf),
    'analysis.get': async ({ analysisId }) => ({
      ...summaryOf(project.analyses.get(analysisId)),
      result: project.analyses.result(analysisId),
    }),
    'analysis.vector': async ({ analysisId, rank }) => {
      const vectors = project.analyses.vectors(project.analyses.get(analysisId).id)
      const [vector, value] = [vectors[rank], project.analyses.result(analysisId)?.eigenvalues[rank]]
      if (vector && value !== undefined) return { value, vector: vector.slice() }
      const message = `Analysis ${analysisId} keeps ${vectors.length} eigenvectors; there is no number ${rank + 1}.`
      throw new LabError('not-found', message, { analysisId, rank, kept: vectors.length })
    },
    'analyses.track': ({ analysisIds, choice }) => trackAnalyses(project.analyses, analysisIds, choice),
  }
}
