import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Whether shared libraries can be made here; says so if not. */
export const canCompile = process.platform !== 'win32' && spawnSync('cc', ['--version']).status === 0
if (!canCompile) console.warn('No C compiler found: the tests with libraries made for them are skipped.')

/** Compiles C to shared libraries in a folder that goes with the tests of the file. */
export function stubLibraries(): (name: string, source: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-blas-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return (name, source) => {
    const path = join(folder, `${name}.so`)
    writeFileSync(join(folder, `${name}.c`), source)
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', path, join(folder, `${name}.c`)])
    return path
  }
}

export interface StubBlas {
  /** Of its integers, as C spells them. */
  readonly integer: 'int' | 'long long'
  /** What follows the names of its functions. */
  readonly cblas: string
  readonly fortran: string
  /** More C: what else the library has. */
  readonly more?: string
  /** C that dgemm begins with; `narrow` says whether it reads 32-bit integers. */
  readonly atFirst?: string
}

/** A library that multiplies correctly, slowly, and takes its integers as it is told. */
export function stubBlas({ integer, cblas, fortran, more = '', atFirst = '' }: StubBlas): string {
  const product = (real: string, symbol: string) => `
void ${symbol}(integer order, integer ta, integer tb, integer m, integer n, integer k, ${real} alpha, const ${real} *a,
               integer lda, const ${real} *b, integer ldb, ${real} beta, ${real} *c, integer ldc) {
  for (integer i = 0; i < m; i++) for (integer j = 0; j < n; j++) {
    ${real} sum = 0;
    for (integer p = 0; p < k; p++) sum += (ta == 112 ? a[p * lda + i] : a[i * lda + p]) * (tb == 112 ? b[j * ldb + p] : b[p * ldb + j]);
    c[i * ldc + j] = beta * c[i * ldc + j] + alpha * sum;
  }
}`
  return `
typedef ${integer} integer;
static int threads = 8;
int stub_threads(void) { return threads; }
static int narrow = sizeof(integer) == 4;
static long long read(const void *i) { return narrow ? *(const int *)i : *(const long long *)i; }
${more}
${product('double', `cblas_dgemm${cblas}`)}
${product('float', `cblas_sgemm${cblas}`)}
void dgemm${fortran}(const char *ta, const char *tb, const void *pm, const void *pn, const void *pk, const double *alpha,
                     const double *a, const void *plda, const double *b, const void *pldb, const double *beta, double *c,
                     const void *pldc) {
  ${atFirst}
  long long m = read(pm), n = read(pn), k = read(pk), lda = read(plda), ldb = read(pldb), ldc = read(pldc);
  if (m > 1000000) return; /* as an argument check would */
  for (long long i = 0; i < m; i++) for (long long j = 0; j < n; j++) {
    double sum = 0;
    for (long long p = 0; p < k; p++) sum += a[i + p * lda] * b[p + j * ldb];
    c[i + j * ldc] = *beta * c[i + j * ldc] + *alpha * sum;
  }
}
`
}
