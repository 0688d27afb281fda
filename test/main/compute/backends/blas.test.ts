import { existsSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { findBlas, searchBlas } from '#main/compute/backends/cpu/blas'
import { probeBlas } from '#main/compute/backends/cpu/blasProbe'
import { probedBlasEnvironment } from '#main/compute/backends/probedBlas'
import { describeBlas } from '#main/compute/backends/cpu/describeBlas'
import { canCompile, stubBlas, stubLibraries } from '../../../helpers/stubLibrary'

describe('searching for BLAS', () => {
  it('names a library that is missing, and what to do', async () => {
    await expect(findBlas('/nowhere/libblas.so')).rejects.toThrow(/\/nowhere\/libblas\.so cannot be used.*embedded/)
    await expect(findBlas('/nowhere/libblas.so')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('goes on behind a library that is missing or is no BLAS', async () => {
    const none = await probeBlas(['/nowhere/a.so', '/nowhere/b.so'])
    expect(none.found).toBeNull()
    expect(none.refused.map(({ path }) => path)).toEqual(['/nowhere/a.so', '/nowhere/b.so'])
    const mathLibrary = '/lib/x86_64-linux-gnu/libm.so.6'
    if (!existsSync(mathLibrary)) return
    expect((await probeBlas([mathLibrary])).refused).toEqual([{ path: mathLibrary, problem: 'has no cblas_dgemm' }])
  })

  it('searches once', async () => {
    expect(searchBlas('embedded')).toBe(searchBlas('embedded'))
    expect(await findBlas('embedded')).toBeNull()
  })

  it('takes the word of the process that started this one', async () => {
    const path = '/nowhere/known.so'
    const known = { choice: path, probe: { found: null, refused: [{ path, problem: 'known already' }] } }
    vi.stubEnv('COLLAPSAR_BLAS_PROBED', JSON.stringify(known))
    expect((await searchBlas(path)).refused).toEqual(known.probe.refused)
    expect(JSON.parse(probedBlasEnvironment()['COLLAPSAR_BLAS_PROBED'] ?? '')).toEqual(known)
    expect((await searchBlas('/nowhere/other.so')).refused[0]?.problem).toMatch(/load|open/)
    vi.unstubAllEnvs()
  })

  it('reports speed and advice', async () => {
    const report = await describeBlas('embedded')
    expect(report).toMatchObject({ choice: 'embedded', library: null })
    expect(report.advice).toMatch(/install|openblas/i)
    for (const { embedded, library } of report.speed) {
      expect(embedded).toBeGreaterThan(0)
      expect(library).toBeNull()
    }
  })
})

describe('libraries that would harm us', () => {
  const test = canCompile ? it : it.skip
  const library = stubLibraries()

  test('crash the probe, not this process', async () => {
    const crashing = library('crashing', '#include <stdlib.h>\nvoid cblas_dgemm(void) { abort(); }')
    const broken = library('broken', '__attribute__((constructor)) void load(void) { *(volatile int *)0 = 1; }')
    const { found, refused } = await probeBlas([crashing, broken, '/nowhere/c.so'])
    expect(found).toBeNull()
    expect(refused.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/crashed the probe: killed by SIGABRT/),
      expect.stringMatching(/crashed the probe: killed by SIGSEGV/),
      expect.stringMatching(/load/),
    ])
  })

  test('are refused for wrong answers and for 64-bit integers', async () => {
    const silent = library('silent', 'void cblas_dgemm(void) {}')
    // Passes the call by value, reads eight bytes by reference.
    const wide = library('wide', stubBlas({ integer: 'long long', cblas: '', fortran: '_' }))
    // Three that say it of themselves, each in its way; calling them would crash the probe.
    const abort = '#include <stdlib.h>\nvoid cblas_dgemm(void) { abort(); }\n'
    const openblas = library(
      'openblas64',
      `${abort}const char *openblas_get_config(void) { return "OpenBLAS 0.3.21 USE64BITINT Haswell"; }`,
    )
    const blis = library('blis64', `${abort}long bli_info_get_blas_int_type_size(void) { return 64; }`)
    const suffixed = library('suffixed', '#include <stdlib.h>\nvoid cblas_dgemm64_(void) { abort(); }')
    const { found, refused } = await probeBlas([silent, wide, openblas, blis, suffixed])
    expect(found).toBeNull()
    const said = 'is built for 64-bit integers; install the same library with 32-bit ones'
    expect(refused).toEqual([
      { path: silent, problem: 'multiplies wrongly: 1,2,9,3,4,9' },
      { path: wide, problem: 'does not take 32-bit integers' },
      { path: openblas, problem: said },
      { path: blis, problem: said },
      { path: suffixed, problem: said },
    ])
  })
})
