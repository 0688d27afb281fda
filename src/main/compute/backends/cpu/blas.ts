import { LabError } from '#shared/errors'
import type { HostBlas } from '../../linalg/hostBlas'
import type { LapackLibrary } from '../../linalg/lapack'
import { blasAdvice, blasCandidates } from './blasCandidates'
import { type BlasProbe, handedOverProbe, type ProbedBlas, rememberProbe } from '../probedBlas'
import { probeBlas, type RunProbe } from './blasProbe'
import { hostBlas } from './hostBlas'

/** 'auto': the first library that works. 'embedded': none. Anything else: the path of a library. */
export type BlasChoice = string

/** cblas_dgemm or cblas_sgemm; the operands are addresses. All integers are 32 bits wide. */
export type BlasProduct = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: number,
  rowA: number,
  b: number,
  rowB: number,
  beta: number,
  c: number,
  rowC: number,
) => void

/** A system library that passed the probe, loaded into this process. */
export interface BlasLibrary {
  readonly name: string
  readonly version: string
  readonly path: string
  /** What OpenBLAS calls the processor whose kernels it uses ('Haswell', 'SkylakeX'); null for other libraries. */
  readonly core: string | null
  /** Always 1: parallel work is several processes, and one thread gives the same bits each time. */
  readonly threads: number
  readonly dgemm: BlasProduct
  /** Null where the library lacks it or multiplies wrongly: float32 then uses our own. */
  readonly sgemm: BlasProduct | null
  readonly lapack: LapackLibrary | null
  /** Products on arrays of the host; null where the library lacks them. */
  readonly host: HostBlas | null
  /** Of the first byte of a buffer, as a number (exact: user addresses have at most 47 or 48 bits). */
  addressOf(buffer: ArrayBuffer): number
}

export interface BlasSearch extends BlasProbe {
  /** What was asked for, after COLLAPSAR_BLAS. */
  readonly choice: BlasChoice
  readonly library: BlasLibrary | null
}

const searches = new Map<BlasChoice, Promise<BlasSearch>>()

let runProbe: RunProbe | undefined
let ownLibraries: readonly string[] = []

/**
 * For a host in which Node cannot start itself again, and which may carry libraries of its own: they come behind those
 * of the machine, which know its processor better. Before the first search.
 */
export function probeBlasBy(run: RunProbe, libraries: readonly string[]): void {
  runProbe = run
  ownLibraries = libraries
}

/**
 * Looks for a library once per process and choice. The environment variable COLLAPSAR_BLAS stands in for 'auto'.
 * Never throws for a library: one that does not work is in `refused`, with the reason.
 */
export function searchBlas(choice: BlasChoice = 'auto'): Promise<BlasSearch> {
  const wanted = choice === 'auto' ? process.env['COLLAPSAR_BLAS'] || 'auto' : choice
  const known = searches.get(wanted)
  if (known) return known
  const search = performSearch(wanted)
  searches.set(wanted, search)
  return search
}

/** @throws LabError 'unavailable' if a library was named and does not work; with 'auto' there is just none. */
export async function findBlas(choice: BlasChoice = 'auto'): Promise<BlasLibrary | null> {
  const search = await searchBlas(choice)
  if (!search.library && search.choice !== 'auto' && search.choice !== 'embedded') {
    const problem = search.refused[0]?.problem ?? 'it did not load'
    throw new LabError(
      'unavailable',
      `The BLAS library ${search.choice} cannot be used: ${problem}. ` +
        `Choose 'auto' or 'embedded', or install another. ${blasAdvice(process.platform)}`,
      { path: search.choice },
    )
  }
  return search.library
}

async function performSearch(choice: BlasChoice): Promise<BlasSearch> {
  if (choice === 'embedded') return { choice, found: null, library: null, refused: [] }
  const candidates = choice === 'auto' ? [...blasCandidates(process.platform), ...ownLibraries] : [choice]
  const probe = handedOverProbe(choice) ?? (await probeBlas(candidates, runProbe))
  rememberProbe(choice, probe)
  return { choice, ...probe, library: probe.found ? await loadLibrary(probe.found) : null }
}

/**
 * What makes a library use one thread, with its argument; a library knows the functions of its kind only. Those of MKL
 * come first, because mkl_rt chooses its integers (LP64) and its threading (sequential) once, at its first real call.
 * BLIS counts in 64-bit integers whatever its BLAS does; 1 is BLAS_THREADING_SINGLE_THREADED (Accelerate, macOS 15).
 */
const SETTINGS = [
  ['MKL_Set_Interface_Layer', 'int', 0],
  ['MKL_Set_Threading_Layer', 'int', 1],
  ['MKL_Set_Num_Threads', 'int', 1],
  ['openblas_set_num_threads', 'int', 1],
  ['bli_thread_set_num_threads', 'int64_t', 1],
  ['BLASSetThreading', 'int', 1],
] as const

const INTEGER = 'const int *'
const INOUT = '_Inout_ double *'
const MATRIX = ['const double *', 'int']
const DSYEVD = `const char *, const char *, ${INTEGER}, ${INOUT}, ${INTEGER}, ${INOUT}, ${INOUT}, ${INTEGER}, _Inout_ int *, ${INTEGER}, _Inout_ int *, size_t, size_t` // prettier-ignore
const DGESDD = `const char *, ${INTEGER}, ${INTEGER}, ${INOUT}, ${INTEGER}, ${INOUT}, ${INOUT}, ${INTEGER}, ${INOUT}, ${INTEGER}, ${INOUT}, ${INTEGER}, _Inout_ int *, _Inout_ int *, size_t` // prettier-ignore
const PRODUCT = ['int', 'int', 'int', 'int', 'int', 'int']

async function loadLibrary({ path, name, version, spelling, hasSgemm, hasLapack }: ProbedBlas): Promise<BlasLibrary> {
  const { default: koffi } = await import('koffi')
  // Accelerate before macOS 15 asks the environment alone.
  process.env['VECLIB_MAXIMUM_THREADS'] = '1'
  const library = koffi.load(path)
  for (const [setter, type, value] of SETTINGS) optional(() => library.func(setter, 'void', [type]))?.(value)
  const cblas = (symbol: string, types: string[], result = 'void') =>
    library.func(`cblas_${symbol}${spelling.cblas}`, result, types)
  const fortran = (symbol: string, types: string[]) => library.func(`${symbol}${spelling.fortran}`, 'void', types)
  // Addresses as plain numbers: measured 140 ns a call, against 170 ns for typed arrays, which growth would detach.
  const product = (symbol: string, real: string): BlasProduct =>
    cblas(symbol, [...PRODUCT, real, 'size_t', 'int', 'size_t', 'int', real, 'size_t', 'int'])
  // Fortran passes everything by reference and the lengths of strings behind the last argument.
  const lapack: LapackLibrary | null = hasLapack
    ? {
        dsyevd: fortran('dsyevd', DSYEVD.split(', ')),
        dgesdd: fortran('dgesdd', DGESDD.split(', ')),
      }
    : null
  const vectors = optional(() => ({
    ddot: cblas('ddot', ['int', ...MATRIX, ...MATRIX], 'double'),
    daxpy: cblas('daxpy', ['int', 'double', ...MATRIX, INOUT, 'int']),
    dgemv: cblas('dgemv', ['int', 'int', 'int', 'int', 'double', ...MATRIX, ...MATRIX, 'double', INOUT, 'int']),
  }))
  const dgemm = cblas('dgemm', [...PRODUCT, 'double', ...MATRIX, ...MATRIX, 'double', INOUT, 'int'])
  return {
    name,
    version,
    path,
    core: optional(() => library.func('openblas_get_corename', 'const char *', []))?.() ?? null,
    threads: 1,
    dgemm: product('dgemm', 'double'),
    sgemm: hasSgemm ? product('sgemm', 'float') : null,
    lapack,
    host: vectors && hostBlas({ ...vectors, dgemm }),
    addressOf: (buffer) => Number(koffi.address(buffer)),
  }
}

/** koffi throws for a symbol that the library lacks. */
function optional<T>(find: () => T): T | null {
  try {
    return find()
  } catch {
    return null
  }
}
