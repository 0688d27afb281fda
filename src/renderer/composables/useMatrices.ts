import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { MatrixInfo } from '#shared/importedMatrix'
import { uploadFile } from './uploadFile'
import { useClient } from './useClient'
import { useLatest } from './useLatest'

/** The imported matrices of the project, and how a file becomes one: its bytes go to the service, never its path. */
export const useMatrices = defineStore('matrices', () => {
  const client = useClient()
  const { value, error, refresh } = useLatest(() => client.request('matrices.list', null))

  const upload = (file: File) => uploadFile(client, file, { purpose: 'matrix' })

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
