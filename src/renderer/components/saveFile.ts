/** Offers a file for download; the browser or Electron asks where to. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has taken its own hold of the data by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(address))
}
