import type { Handlers } from '#shared/contract/index'
import type { MatrixRequests } from '#shared/contract/matrices'
import { LabError } from '#shared/errors'
import { matrixNameIssue } from '#shared/importedMatrix'
import { matrixDigest } from '../core/matrixDigest'
import { readImportedMatrix } from '../import/matrixFile'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import { uploadedBytes } from './uploadedBytes'
import type { Uploads } from './uploads'

/** The matrices of a project, and how uploaded files become some. */
export function matrixHandlers(project: Project, clock: Clock, uploads: Uploads): Pick<Handlers, keyof MatrixRequests> {
  const bytesOf = (upload: string) => uploadedBytes(uploads, upload, 'matrix')
  return {
    'matrices.list': async () => project.matrices.list(),
    'matrices.import': async ({ name, file, mask }) => {
      const issue = matrixNameIssue(name)
      if (issue) throw new LabError('bad-input', issue)
      const matrix = readImportedMatrix(await bytesOf(file), mask === null ? null : await bytesOf(mask))
      return project.matrices.add({ name, digest: matrixDigest(matrix), matrix, at: clock.now() })
    },
  }
}
