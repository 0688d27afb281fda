import { LabError } from '#shared/errors'
import { bytesOfFloats, floatsOfBytes } from '../store/floatBlob'
import type { FloatArray } from '../core/checkpoint'
import type { ArrayRef } from '../store/runContent'

const MAGIC = Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1')
/** NumPy aligns the numbers to this. */
const ALIGNMENT = 64

type Format = Pick<ArrayRef, 'dtype' | 'shape'>

/** The dictionary of a NumPy file of format 1.0: little-endian, row by row. */
function dictionary({ dtype, shape }: Format): string {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  return `{'descr': '${dtype === 'float64' ? '<f8' : '<f4'}', 'fortran_order': False, 'shape': (${sizes}), }`
}

/** What numpy.save writes for these numbers, byte for byte up to the padding of the header. */
export function writeNpy(format: Format, data: FloatArray): Buffer<ArrayBuffer> {
  const text = dictionary(format)
  const from = MAGIC.length + 2
  const header = text.padEnd(Math.ceil((from + text.length + 1) / ALIGNMENT) * ALIGNMENT - from - 1) + '\n'
  const length = Buffer.alloc(2)
  length.writeUInt16LE(header.length)
  return Buffer.concat([MAGIC, length, Buffer.from(header, 'latin1'), bytesOfFloats(data)])
}

/**
 * The numbers of a NumPy file that must have this precision and shape; `bytes` is not larger than `size` says.
 * @throws LabError 'bad-input' if it has another header or another number of bytes
 */
export function readNpy(format: Format, bytes: Buffer, size: number): FloatArray {
  const from = MAGIC.length + 2
  if (bytes.length < from || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw bad('it is no NumPy file of format 1.0')
  const start = from + bytes.readUInt16LE(MAGIC.length)
  // However NumPy pads it, the dictionary has one form: nothing needs to be parsed.
  const found = bytes.toString('latin1', from, start).trimEnd()
  if (found !== dictionary(format)) throw bad(`its header is ${found.slice(0, 200)}, expected ${dictionary(format)}`)
  if (bytes.length !== start + size) throw bad(`${bytes.length - start} bytes follow the header, expected ${size}`)
  return floatsOfBytes(format.dtype, bytes.subarray(start))
}

function bad(problem: string): LabError {
  return new LabError('bad-input', `An array of this bundle cannot be used: ${problem}.`)
}
