import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { DOWNLOAD_PART_BYTES, type TransferState } from '#shared/contract/transfer'
import type { RunId } from '#shared/ids'
import { uploadFile } from './uploadFile'
import { useClient } from './useClient'
import { useNotices } from './useNotices'

const pollMs = 250

/** A file on its way to or from the service. */
export interface OnTheWay {
  readonly name: string
  readonly done: number
  readonly total: number
}

/** Runs that leave as a file and come in from one; what came of it stays until it is dismissed. */
export const useTransfer = defineStore('transfer', () => {
  const client = useClient()
  const notices = useNotices()
  const state = shallowRef<TransferState | null>(null)
  const onTheWay = shallowRef<OnTheWay | null>(null)
  let stop = new AbortController()

  /** Looks until it is over. */
  async function follow(): Promise<TransferState | null> {
    for (;;) {
      state.value = await client.request('transfer.state', null)
      if (!state.value?.progress) return state.value
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** One thing after the other; what stops it becomes a notice, unless a person did. */
  async function begin<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const { signal } = (stop = new AbortController())
    let result: T | null = null
    await notices.guard(async () => {
      try {
        result = await work(signal)
      } catch (thrown) {
        if (!signal.aborted) throw thrown
      } finally {
        onTheWay.value = null
      }
    })
    return result
  }

  const exportRuns = (runIds: readonly RunId[]) =>
    begin(async (signal) => {
      await client.request('transfer.export', { runIds })
      const over = await follow()
      if (over?.kind !== 'export' || over.bytes === null) return null
      const parts: Uint8Array<ArrayBuffer>[] = []
      for (let offset = 0; offset < over.bytes; offset += DOWNLOAD_PART_BYTES) {
        signal.throwIfAborted()
        onTheWay.value = { name: over.name, done: offset, total: over.bytes }
        const { bytes } = await client.request('transfer.download', { offset })
        parts.push(Uint8Array.from(bytes))
      }
      state.value = null
      return { name: over.name, content: new Blob(parts, { type: 'application/zip' }) }
    })

  const importFile = (file: File) =>
    begin(async (signal) => {
      state.value = null
      const onProgress = (done: number, total: number) => (onTheWay.value = { name: file.name, done, total })
      const upload = await uploadFile(client, file, { purpose: 'runs', onProgress, signal })
      onTheWay.value = null
      await client.request('transfer.import', { upload })
      return follow()
    })

  async function cancel(): Promise<void> {
    stop.abort()
    await notices.guard(() => client.request('transfer.cancel', null))
  }
  /** What goes on may have been begun by another window, or before a reload. */
  const look = () => notices.guard(follow)

  return {
    state: computed(() => state.value),
    onTheWay: computed(() => onTheWay.value),
    isBusy: computed(() => onTheWay.value !== null || state.value?.progress != null),
    exportRuns,
    importFile,
    cancel,
    look,
    dismiss: () => void (state.value = null),
  }
})
