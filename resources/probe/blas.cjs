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

function find(library, ...definitions) {
  for (const definition of definitions) {
    try { return library.func(definition) } catch {}
  }
  return null
}

function identify(library) {
  const openblas = find(library, 'const char *openblas_get_config()')
  if (openblas) return { name: 'OpenBLAS', version: (/\d+(\.\d+)+/.exec(openblas()) || ['?'])[0] }
  const mkl = find(library, 'void MKL_Get_Version_String(_Out_ char *text, int length)')
  if (mkl) {
    const text = Buffer.alloc(200)
    mkl(text, 199)
    return { name: 'MKL', version: (/\d+(\.\d+)+/.exec(text.toString('latin1')) || ['?'])[0] }
  }
  const blis = find(library, 'const char *bli_info_get_version_str()')
  if (blis) return { name: 'BLIS', version: blis() }
  return null
}

// Libraries that say so are not called: their by-reference calls would read past our integers, and may crash.
function hasWideIntegers(library) {
  const openblas = find(library, 'const char *openblas_get_config()')
  if (openblas && openblas().includes('USE64BITINT')) return true
  const blis = find(library, 'long bli_info_get_blas_int_type_size()')
  if (blis && blis() === 64) return true
  return Boolean(!find(library, 'void cblas_dgemm()') && find(library, 'void cblas_dgemm64_()', 'void cblas_dgemm_64()'))
}

function wrongAnswer(library) {
  if (hasWideIntegers(library)) return 'is built for 64-bit integers; install the same library with 32-bit ones'
  const cblas = find(library, 'void cblas_dgemm(int, int, int, int, int, int, double, const double *, int, ' +
    'const double *, int, double, _Inout_ double *, int)')
  if (!cblas) return 'has no cblas_dgemm'
  // C <- 10 C + 2 A B^T, with a row of padding to skip in each operand.
  const c = Float64Array.of(1, 2, 9, 3, 4, 9)
  cblas(101, 111, 112, 2, 2, 3, 2, Float64Array.of(1, 2, 3, 99, 4, 5, 6, 99), 4,
    Float64Array.of(1, 0, 2, 99, 0, 1, 3, 99), 4, 10, c, 3)
  if (c.join() !== '24,42,9,62,86,9') return 'multiplies wrongly: ' + c.join()
  const fortran = find(library, 'void dgemm_(const char *, const char *, const int *, const int *, const int *, ' +
    'const double *, const double *, const int *, const double *, const int *, const double *, ' +
    '_Inout_ double *, const int *, size_t, size_t)')
  if (!fortran) return 'has no dgemm_'
  const two = Int32Array.of(2, 7)
  const d = new Float64Array(4)
  fortran('N', 'N', two, two, two, Float64Array.of(1), Float64Array.of(1, 3, 2, 4), two,
    Float64Array.of(5, 7, 6, 8), two, Float64Array.of(0), d, two, 1, 1)
  if (d.join() !== '19,43,22,50') return 'does not take 32-bit integers'
  return null
}

function hasSgemm(library) {
  const cblas = find(library, 'void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, ' +
    'const float *, int, float, _Inout_ float *, int)')
  if (!cblas) return false
  const c = Float32Array.of(1, 2, 9, 3, 4, 9)
  cblas(101, 111, 112, 2, 2, 3, 2, Float32Array.of(1, 2, 3, 99, 4, 5, 6, 99), 4,
    Float32Array.of(1, 0, 2, 99, 0, 1, 3, 99), 4, 10, c, 3)
  return c.join() === '24,42,9,62,86,9'
}

function hasLapack(library) {
  const dsyevd = find(library, 'void dsyevd_(const char *, const char *, const int *, _Inout_ double *, const int *, ' +
    '_Inout_ double *, _Inout_ double *, const int *, _Inout_ int *, const int *, _Inout_ int *, size_t, size_t)')
  if (!dsyevd || !find(library, 'void dgesdd_()')) return false
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
    const problem = wrongAnswer(library)
    if (problem) {
      say({ path, problem })
      continue
    }
    const known = identify(library) || (path.includes('Accelerate')
      ? { name: 'Accelerate', version: 'macOS ' + require('node:os').release() }
      : { name: 'BLAS', version: 'of unknown version' })
    say({ path, ...known, hasSgemm: hasSgemm(library), hasLapack: hasLapack(library) })
    break
  } catch (error) {
    say({ path, problem: String(error && error.message) })
  }
}
