import type { Handlers } from '#shared/contract/index'
import type { MatrixRequests } from '#shared/contract/matrices'
import { LabError } from '#shared/errors'
import { matrixNameIssue } from '#shared/importedMatrix'
import { digestOf, readImportedMatrix } from '../import/matrixFile'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { Uploads } from './uploads'

/** Uploads, and the matrices that are made of them. */
export function matrixHandlers(project: Project, uploads: Uploads, clock: Clock): Pick<Handlers, keyof MatrixRequests> {
  return {
    'matrices.list': async () => project.matrices.list(),
    'upload.begin': async ({ name, bytes }) => ({ upload: uploads.begin(name, bytes) }),
    'upload.append': async ({ upload, part }) => ({ received: uploads.append(upload, part) }),
    'matrices.import': async ({ name, file, mask }) => {
      const issue = matrixNameIssue(name)
      if (issue) throw new LabError('bad-input', issue)
      const matrix = readImportedMatrix(uploads.take(file), mask === null ? null : uploads.take(mask))
      return project.matrices.add({ name, digest: digestOf(matrix), matrix, at: clock.now() })
    },
  }
}
