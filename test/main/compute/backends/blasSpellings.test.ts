import koffi from 'koffi'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findBlas } from '#main/compute/backends/cpu/blas'
import { probeBlas } from '#main/compute/backends/cpu/blasProbe'
import { canCompile, stubBlas, stubLibraries, type StubBlas } from '../../../helpers/stubLibrary'

/*
 * Libraries with the symbols, integers and settings of those that are not on the machine of the tests: stand-ins, which
 * show what is chosen and asked of them, not that the real ones do what their manuals say.
 */
const PLAIN = { cblas: '', fortran: '_' } as const
const NEW_LAPACK = { cblas: '$NEWLAPACK', fortran: '$NEWLAPACK' } as const
const setter = (name: string, type: string) => `void ${name}(${type} n) { threads = n; }`
const OPENBLAS = `const char *openblas_get_config(void) { return "OpenBLAS 0.3.26 NO_AFFINITY Haswell"; }
const char *openblas_get_corename(void) { return "Haswell"; }`
const BLIS = (bits: number) => `const char *bli_info_get_version_str(void) { return "1.0"; }
long long bli_info_get_blas_int_type_size(void) { return ${bits}; }`
// Decides on its integers at its first real call; until then, by default of the environment that it stands for, wide.
const MKL = `
static int layer = 1, decided = 0;
int MKL_Set_Interface_Layer(int code) { if (!decided) layer = code; return layer; }
int MKL_Set_Threading_Layer(int code) { if (!decided && code == 1) threads = 1; return code; }
${setter('MKL_Set_Num_Threads', 'int')}
void MKL_Get_Version_String(char *text, int length) { __builtin_strncpy(text, "oneAPI MKL Version 2024.1", length); }
void mkl_set_num_threads(const int *n) { threads = *n; }
void cblas_dgemm_64(void) {}`
const MKL_DECIDES = 'decided = 1; narrow = layer == 0;'

interface Accepted extends Omit<StubBlas, 'integer'> {
  readonly name: string
  readonly called: string
}

const accepted: readonly Accepted[] = [
  { name: 'reference BLAS', called: 'BLAS', ...PLAIN, more: 'void unused(void) { threads = 8; }' },
  { name: 'OpenBLAS', called: 'OpenBLAS', ...PLAIN, more: `${OPENBLAS}\n${setter('openblas_set_num_threads', 'int')}` },
  { name: 'BLIS', called: 'BLIS', ...PLAIN, more: `${BLIS(32)}\n${setter('bli_thread_set_num_threads', 'long long')}` },
  { name: 'mkl_rt', called: 'MKL', ...PLAIN, more: MKL, atFirst: MKL_DECIDES },
  {
    name: 'Accelerate before macOS 13.3',
    called: 'Accelerate',
    ...PLAIN,
    more: 'void vDSP_mmulD(void) {}\n#include <stdlib.h>\n__attribute__((constructor)) void start(void) { const char *n = getenv("VECLIB_MAXIMUM_THREADS"); if (n) threads = atoi(n); }',
  },
  {
    name: 'Accelerate',
    called: 'Accelerate',
    ...NEW_LAPACK,
    // Beside both new interfaces stands the old one, which must not be taken.
    more: `#include <stdlib.h>
void cblas_dgemm(void) { abort(); }
void cblas_dgemm$NEWLAPACK$ILP64(void) { abort(); }
int BLASSetThreading(int mode) { if (mode == 1) threads = 1; return 0; }`,
  },
]

const refused: readonly (StubBlas & { readonly name: string; readonly problem: string })[] = [
  { name: 'OpenBLAS64_', integer: 'long long', cblas: '64_', fortran: '_64_', problem: '64-bit integers' },
  { name: 'reference ILP64', integer: 'long long', cblas: '_64', fortran: '_64_', problem: '64-bit integers' },
  { name: 'mkl_intel_ilp64', integer: 'long long', ...PLAIN, problem: 'does not take 32-bit integers' },
  {
    name: 'Accelerate with one interface',
    integer: 'long long',
    cblas: '$NEWLAPACK$ILP64',
    fortran: '$NEWLAPACK$ILP64',
    problem: '64-bit integers',
  },
  {
    name: 'OpenBLAS with INTERFACE64',
    integer: 'long long',
    ...PLAIN,
    more: OPENBLAS.replace('NO_AFFINITY', 'USE64BITINT NO_AFFINITY'),
    problem: '64-bit integers',
  },
  { name: 'BLIS with 64 bits', integer: 'long long', ...PLAIN, more: BLIS(64), problem: '64-bit integers' },
]

describe.skipIf(!canCompile)('the spellings of libraries', () => {
  const library = stubLibraries()

  it.each(accepted)('$name: right symbols, 32-bit integers, one thread', async ({ name, called, ...stub }) => {
    const path = library(name, stubBlas({ integer: 'int', ...stub }))
    const { found, refused: problems } = await probeBlas([path])
    expect(problems).toEqual([])
    expect(found).toMatchObject({
      name: called,
      spelling: { cblas: stub.cblas, fortran: stub.fortran },
      hasSgemm: true,
    })

    const loaded = await findBlas(path)
    const [a, b, c] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8), new Float64Array(4)]
    const [atA, atB, atC] = [a, b, c].map(({ buffer }) => loaded?.addressOf(buffer) ?? NaN)
    loaded?.dgemm(101, 111, 111, 2, 2, 2, 1, atA!, 2, atB!, 2, 0, atC!, 2)
    expect([...c]).toEqual([19, 22, 43, 50])
    // The reference has no threads and nothing to set.
    const threads = z.number().parse(koffi.load(path).func('int stub_threads()')())
    expect(threads).toBe(name === 'reference BLAS' ? 8 : 1)
  })

  it.each(refused)('$name: refused by name', async ({ name, problem, ...stub }) => {
    const path = library(name, stubBlas(stub))
    expect(await probeBlas([path])).toEqual({
      found: null,
      refused: [{ path, problem: expect.stringContaining(problem) }],
    })
  })
})
