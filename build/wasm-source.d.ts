declare module '*?wasm-source=f32' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}
declare module '*?wasm-source=f64' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}
