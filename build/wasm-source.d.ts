declare module '*?wasm-source' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}
