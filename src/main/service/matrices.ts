import type { Handlers } from '#shared/contract/index'
import type { MatrixRequests } from '#shared/contract/matrices'
import { LabError } from '#shared/errors'
import { matrixNameIssue } from '#shared/importedMatrix'
import { matrixDigest } from '../core/matrixDigest'
import { readImportedMatrix } from '../import/matrixFile'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import { uploadedBytes, type Uploads } from './uploads'

/** The matrices of a project, and how uploaded files become some. */
export function matrixHandlers(project: Project, uploads: Uploads, clock: Clock): Pick<Handlers, keyof MatrixRequests> {
  return {
    'matrices.list': async () => project.matrices.list(),
    'matrices.import': async ({ name, file, mask }) => {
      const issue = matrixNameIssue(name)
      if (issue) throw new LabError('bad-input', issue)
      const matrix = readImportedMatrix(
        await uploadedBytes(uploads, file, 'matrix'),
        mask === null ? null : await uploadedBytes(uploads, mask, 'matrix'),
      )
      return project.matrices.add({ name, digest: matrixDigest(matrix), matrix, at: clock.now() })
    },
  }
}
