import { defineStore } from 'pinia'
import { computed } from 'vue'
import { UPLOAD_PART_BYTES } from '#shared/contract/uploads'
import { LabError } from '#shared/errors'
import { MATRIX_LIMITS, type MatrixInfo } from '#shared/importedMatrix'
import { useClient } from './useClient'
import { useLatest } from './useLatest'

/** The imported matrices of the project, and how a file becomes one: its bytes go to the service, never its path. */
export const useMatrices = defineStore('matrices', () => {
  const client = useClient()
  const { value, error, refresh } = useLatest(() => client.request('matrices.list', null))

  async function upload(file: File): Promise<string> {
    if (file.size > MATRIX_LIMITS.fileBytes) {
      const limit = `${MATRIX_LIMITS.fileBytes / 2 ** 20} MiB`
      throw new LabError('bad-input', `${file.name} is larger than ${limit}. Import a part of it.`)
    }
    if (file.size === 0) throw new LabError('bad-input', `${file.name} is empty. Choose another file.`)
    const { upload: id } = await client.request('upload.begin', {
      name: file.name,
      bytes: file.size,
      purpose: 'matrix',
    })
    for (let at = 0; at < file.size; at += UPLOAD_PART_BYTES) {
      const part = new Uint8Array(await file.slice(at, at + UPLOAD_PART_BYTES).arrayBuffer())
      await client.request('upload.append', { upload: id, part })
    }
    return id
  }
  async function importFiles(given: { name: string; file: File; mask: File | null }): Promise<MatrixInfo> {
    const { name, file, mask } = given
    const info = await client.request('matrices.import', {
      name,
      file: await upload(file),
      mask: mask && (await upload(mask)),
    })
    await refresh()
    return info
  }
  return { matrices: computed(() => value.value ?? []), error, refresh, importFiles }
})
