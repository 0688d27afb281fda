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

  async function importFiles(given: { name: string; file: File; mask: File | null }): Promise<MatrixInfo> {
    const { name, file, mask } = given
    const info = await client.request('matrices.import', {
      name,
      file: await uploadFile(client, file, 'matrix'),
      mask: mask && (await uploadFile(client, mask, 'matrix')),
    })
    await refresh()
    return info
  }
  return { matrices: computed(() => value.value ?? []), error, refresh, importFiles }
})
