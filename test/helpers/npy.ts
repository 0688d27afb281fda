/** What is wrong, or unusual, with a NumPy file that a test writes. */
export interface NpyParts {
  readonly descr?: string
  readonly fortran?: string
  readonly shape?: string
  readonly values?: readonly number[]
  readonly major?: number
  readonly magic?: string
}

/** The bytes that numpy.save writes. */
export function npy({
  descr = '<f8',
  fortran = 'False',
  shape = '(2, 2)',
  values = [2, 1, 1, 3],
  major = 1,
  magic = '\u0093NUMPY',
}: NpyParts = {}): Uint8Array {
  const from = major === 1 ? 10 : 12
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`
  const header = text.padEnd(Math.ceil((from + text.length + 1) / 64) * 64 - from - 1) + '\n'
  const width = Number(descr.slice(-1)) || 8
  const bytes = new Uint8Array(from + header.length + values.length * width)
  const view = new DataView(bytes.buffer)
  const write = (part: string, at: number) => [...part].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)))
  write(magic, 0)
  view.setUint8(6, major)
  if (major === 1) view.setUint16(8, header.length, true)
  else view.setUint32(8, header.length, true)
  write(header, from)
  const little = descr[0] !== '>'
  values.forEach((value, i) => {
    const at = from + header.length + i * width
    if (descr === '<f4' || descr === '>f4') view.setFloat32(at, value, little)
    else if (descr[1] === 'f') view.setFloat64(at, value, little)
    else if (width === 8) view.setBigInt64(at, BigInt(value), little)
    else if (width === 4) view.setInt32(at, value, little)
    else if (width === 2) view.setInt16(at, value, little)
    else view.setInt8(at, value)
  })
  return bytes
}
