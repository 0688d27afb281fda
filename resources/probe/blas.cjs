/**
 * The BLAS probe: a process of its own, because a broken library crashes it. Plain CommonJS beside the build, so that
 * Node can be given its text and Electron its file. Arguments: where koffi lies, then the libraries to try in order; one
 * line of JSON for each on the standard output.
 *
 * Two products with known answers. The first by value through cblas, with strides, alpha and beta. The second by
 * reference, each integer followed by a poisoned upper half: a library with 64-bit integers reads nonsense there,
 * though it may pass the first.
 */
const { writeSync } = require('node:fs')
// A file has its own path before the arguments, a text given with -e has not.
const [koffiPath, ...candidates] = process.argv.slice(process.argv[1]?.endsWith('blas.cjs') ? 2 : 1)
const koffi = require(koffiPath)
const say = (line) => writeSync(1, JSON.stringify(line) + '\n')

/** How the functions with 32-bit integers may be spelled: behind the names of cblas, and of Fortran. The first wins. */
const SPELLINGS = [
  { cblas: '$NEWLAPACK', fortran: '$NEWLAPACK' }, // Accelerate from macOS 13.3 on; its plain names are LAPACK 3.2
  { cblas: '', fortran: '_' },
]
/** And those with 64-bit integers: Accelerate, OpenBLAS, MKL and the reference, the OpenBLAS of SciPy. */
const WIDE = ['cblas_dgemm$NEWLAPACK$ILP64', 'cblas_dgemm64_', 'cblas_dgemm_64', 'scipy_cblas_dgemm64_']

const MATRIX = ['const double *', 'int']
const PRODUCT = ['int', 'int', 'int', 'int', 'int', 'int']
const DGEMM = [...PRODUCT, 'double', ...MATRIX, ...MATRIX, 'double', '_Inout_ double *', 'int']
const SGEMM = DGEMM.map((type) => type.replace('double', 'float'))
const INTEGER = 'const int *'

/** A function of a library, or null. */
function find(library, name, result = 'void', types = []) {
  try { return library.func(name, result, types) } catch { return null }
}

/** mkl_rt: 32-bit integers and no threads, whatever the environment says. It listens before its first real call only. */
function settleMkl(library) {
  find(library, 'MKL_Set_Interface_Layer', 'int', ['int'])?.(0)
  find(library, 'MKL_Set_Threading_Layer', 'int', ['int'])?.(1)
}

function identify(library, { cblas }) {
  const openblas = find(library, 'openblas_get_config', 'const char *')
  if (openblas) return { name: 'OpenBLAS', version: (/\d+(\.\d+)+/.exec(openblas()) || ['?'])[0] }
  const mkl = find(library, 'MKL_Get_Version_String', 'void', ['_Out_ char *', 'int'])
  if (mkl) {
    const text = Buffer.alloc(200)
    mkl(text, 199)
    return { name: 'MKL', version: (/\d+(\.\d+)+/.exec(text.toString('latin1')) || ['?'])[0] }
  }
  const blis = find(library, 'bli_info_get_version_str', 'const char *')
  if (blis) return { name: 'BLIS', version: blis() }
  // Accelerate has no word for its version; its spelling and Apple's own matrix products give it away.
  if (cblas === '$NEWLAPACK' || find(library, 'vDSP_mmulD')) {
    return { name: 'Accelerate', version: 'macOS ' + require('node:os').release() }
  }
  return { name: 'BLAS', version: 'of unknown version' }
}

// Libraries that say so are not called: their by-reference calls would read past our integers, and may crash.
function saysWideIntegers(library) {
  const openblas = find(library, 'openblas_get_config', 'const char *')
  if (openblas && openblas().includes('USE64BITINT')) return true
  return find(library, 'bli_info_get_blas_int_type_size', 'int64_t')?.() === 64
}

const WIDE_PROBLEM = 'is built for 64-bit integers; install the same library with 32-bit ones'

/** The spelling of a library's functions, or what is wrong with it. */
function spellingOf(library) {
  const spelling = SPELLINGS.find(({ cblas }) => find(library, 'cblas_dgemm' + cblas))
  if (spelling) return saysWideIntegers(library) ? { problem: WIDE_PROBLEM } : spelling
  return { problem: WIDE.some((name) => find(library, name)) ? WIDE_PROBLEM : 'has no cblas_dgemm' }
}

function wrongAnswer(library, { cblas, fortran }) {
  const byValue = find(library, 'cblas_dgemm' + cblas, 'void', DGEMM)
  // C <- 10 C + 2 A B^T, with a row of padding to skip in each operand.
  const c = Float64Array.of(1, 2, 9, 3, 4, 9)
  byValue(101, 111, 112, 2, 2, 3, 2, Float64Array.of(1, 2, 3, 99, 4, 5, 6, 99), 4,
    Float64Array.of(1, 0, 2, 99, 0, 1, 3, 99), 4, 10, c, 3)
  if (c.join() !== '24,42,9,62,86,9') return 'multiplies wrongly: ' + c.join()
  const byReference = find(library, 'dgemm' + fortran, 'void', ['const char *', 'const char *', INTEGER, INTEGER, INTEGER,
    'const double *', 'const double *', INTEGER, 'const double *', INTEGER, 'const double *', '_Inout_ double *', INTEGER,
    'size_t', 'size_t'])
  if (!byReference) return 'has no dgemm' + fortran
  const two = Int32Array.of(2, 7)
  const d = new Float64Array(4)
  byReference('N', 'N', two, two, two, Float64Array.of(1), Float64Array.of(1, 3, 2, 4), two,
    Float64Array.of(5, 7, 6, 8), two, Float64Array.of(0), d, two, 1, 1)
  if (d.join() !== '19,43,22,50') return 'does not take 32-bit integers'
  return null
}

function hasSgemm(library, { cblas }) {
  const product = find(library, 'cblas_sgemm' + cblas, 'void', SGEMM)
  if (!product) return false
  const c = Float32Array.of(1, 2, 9, 3, 4, 9)
  product(101, 111, 112, 2, 2, 3, 2, Float32Array.of(1, 2, 3, 99, 4, 5, 6, 99), 4,
    Float32Array.of(1, 0, 2, 99, 0, 1, 3, 99), 4, 10, c, 3)
  return c.join() === '24,42,9,62,86,9'
}

function hasLapack(library, { fortran }) {
  const dsyevd = find(library, 'dsyevd' + fortran, 'void', ['const char *', 'const char *', INTEGER, '_Inout_ double *',
    INTEGER, '_Inout_ double *', '_Inout_ double *', INTEGER, '_Inout_ int *', INTEGER, '_Inout_ int *', 'size_t', 'size_t'])
  if (!dsyevd || !find(library, 'dgesdd' + fortran)) return false
  const values = new Float64Array(2)
  const info = Int32Array.of(-99)
  dsyevd('V', 'L', Int32Array.of(2), Float64Array.of(2, 1, 1, 2), Int32Array.of(2), values, new Float64Array(64),
    Int32Array.of(64), new Int32Array(32), Int32Array.of(32), info, 1, 1)
  return info[0] === 0 && Math.abs(values[0] - 1) < 1e-14 && Math.abs(values[1] - 3) < 1e-14
}

for (const path of candidates) {
  say({ path })
  try {
    const library = koffi.load(path)
    settleMkl(library)
    const spelling = spellingOf(library)
    const problem = spelling.problem || wrongAnswer(library, spelling)
    if (problem) {
      say({ path, problem })
      continue
    }
    const known = identify(library, spelling)
    say({ path, ...known, spelling, hasSgemm: hasSgemm(library, spelling), hasLapack: hasLapack(library, spelling) })
    break
  } catch (error) {
    say({ path, problem: String(error && error.message) })
  }
}
