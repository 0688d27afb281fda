import { basename, extname } from 'node:path'
import { matrixReference } from '#shared/importedMatrix'
import { defineCommand, jsonOption, projectOption } from '../command'
import { readWhole, upload } from '../uploadFile'
import { withService } from '../withService'

export const importMatrix = defineCommand({
  name: 'import-matrix',
  summary: 'keep a matrix from a CSV or NPY file in a project',
  positionals: [{ name: 'FILE', help: 'CSV without a header, or NPY; empty or NaN where nothing is known' }],
  options: {
    mask: { type: 'string', placeholder: 'FILE', help: 'same shape: 1 where training may see the entry, else 0' },
    name: { type: 'string', placeholder: 'TEXT', help: 'how runs refer to it (default: the name of the file)' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, { mask, name, project }, [file = '']) {
    // Both are looked at before the project is opened.
    const bytes = await readWhole(file, 'matrix')
    const maskBytes = mask === undefined ? null : await readWhole(mask, 'matrix')
    return withService(context, { project, slots: 1 }, async (service) => {
      const info = await service.handlers['matrices.import']({
        name: name ?? basename(file, extname(file)),
        file: await upload(service, file, bytes, 'matrix'),
        mask: mask === undefined || !maskBytes ? null : await upload(service, mask, maskBytes, 'matrix'),
      })
      const { rows, cols, known, observed } = info
      const text =
        `${info.name}: ${rows} × ${cols}, ${known} entries known, ${observed} of them for training.\n` +
        `Use it with --set matrix="${info.name}" (matrix-completion) or --set target="${info.name}" (linear-network).`
      return { exitCode: 0, document: { ...info, reference: matrixReference(info) }, text }
    })
  },
})
