import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { executeAnalysis } from '#main/jobs/executeAnalysis'
import { executeRun } from '#main/jobs/executeRun'
import { folderResources } from '#main/jobs/folderResources'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { probes } from '#main/probes/registry'
import { createService, dispatch } from '#main/service'
import { systems } from '#main/systems/registry'
import { parseWith } from '#shared/spec'
import { commandLine } from './harness'

const runDocument = z.looseObject({ id: z.string() })

/** The command line with the product's own systems. */
function laboratory() {
  const resources = folderResources('resources/data')
  return commandLine({
    systems: [...systems.values()],
    async openService({ project: projectPath, ...request }) {
      const startWorker = inProcessWorker(executeRun, resources, { analyse: executeAnalysis })
      const service = createService({ projectPath, ...request, startWorker, systems, probes, resources, host: 'loopback', blas: 'embedded' }) // prettier-ignore
      return { ...service, call: (method, input) => dispatch(service.handlers, method, input) }
    },
  })
}

describe('collapsar analyse', () => {
  it('finds the copies that theory predicts in a run, says when it knew them, and writes them down', async () => {
    const { collapsar, folder } = laboratory()
    const trained = await collapsar('run', 'deep-ufm', '--preset', 'small', '--json')
    const { id } = parseWith(runDocument, JSON.parse(trained.stdout), 'stdout')
    const csv = join(folder, 'spectrum.csv')
    const first = await collapsar('analyse', id, '--operator', 'layerHessian', '--layer', '2', '--csv', csv)
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/matrix +Hessian of the data loss, W2, step 6000/)
    expect(first.stdout).toMatch(/value +copies +predicted\n *0\.2153\d+ +9 +9/)
    expect(first.stdout).toMatch(/theory +9 /)
    const lines = readFileSync(csv, 'utf8').trim().split('\r\n')
    expect(lines[0]).toBe('end,index,eigenvalue,residual')
    expect(lines).toHaveLength(101)
    const again = await collapsar('analyse', id, '--operator', 'layerHessian', '--layer', '2', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({
      known: true,
      status: 'done',
      result: { meta: { method: 'kronecker' } },
    })
  })

  it('follows outliers through stored steps, names their classes, and writes eigenvectors', async () => {
    const { collapsar, folder } = laboratory()
    const params = { K: 3, n: 5, width: 10, depth: 3, weightDecay: 5e-3, learningRate: 0.5, steps: 6000 }
    const spec = join(folder, 'spec.json')
    writeFileSync(spec, JSON.stringify({ system: 'deep-ufm', params, probes: ['loss'], checkpoints: { steps: [0, 30, 300] } })) // prettier-ignore
    const trained = await collapsar('run', '--spec', spec, '--json')
    const { id } = parseWith(runDocument, JSON.parse(trained.stdout), 'stdout')
    const block = ['analyse', id, '--operator', 'layerHessian', '--layer', '2'] as const
    const followed = await collapsar(...block, '--step', 'all')
    expect(followed.code).toBe(0)
    expect(followed.stdout).toMatch(/outlier +born +died +value/)
    expect(followed.stdout).toMatch(/step +overlap with the step before\n *30 +[\d.]+\n *300 /)

    const file = join(folder, 'vectors.npy')
    const labelled = await collapsar(...block, '--vectors', file)
    expect(labelled.stdout).toMatch(/outliers +copies +along\n *0\.2153\d+ +9 +all 3 classes, all 6 pairs/)
    const bytes = readFileSync(file)
    expect(bytes.toString('latin1', 10, 128)).toMatch(/'descr': '<f8'.*'shape': \(9, 100\)/)
    expect(bytes.length).toBe(128 + 8 * 900)
    const of = (name: string) => join(folder, name)
    const several = await collapsar(...block, '--step', '0,30', '--vectors', file, '--csv', of('s.csv'), '--density', of('d.csv')) // prettier-ignore
    expect(several.code).toBe(0)
    for (const step of [0, 30]) {
      expect(readFileSync(of(`vectors-step${step}.npy`)).length).toBeGreaterThan(128)
      expect(readFileSync(of(`s-step${step}.csv`), 'utf8')).toMatch(/^end,index,eigenvalue,residual\r\ntop,1,/)
      expect(readFileSync(of(`d-step${step}.csv`), 'utf8').split('\r\n')).toHaveLength(514)
    }
    expect((await collapsar(...block, '--step', '0,x')).stderr).toMatch(/--step: got "x"/)
  })

  it('keeps the rule that outliers are counted by, and says what every pair is worth', async () => {
    const { collapsar } = laboratory()
    const trained = await collapsar('run', 'deep-ufm', '--preset', 'small', '--json')
    const { id } = parseWith(runDocument, JSON.parse(trained.stdout), 'stdout')
    const ask = ['analyse', id, '--operator', 'hessian', '--method', 'lanczos'] as const
    const first = await collapsar(...ask)
    expect(first.stdout).toMatch(/residual +‖Hv − λv‖ ≤ .*\northogonality +\|VᵀV − I\| ≤ /)
    const ruled = await collapsar(...ask, '--rule', 'largestGap')
    expect(ruled.stdout).toMatch(/largestGap \(chosen\) +9 /)
    const after = await collapsar(...ask)
    expect(after.stdout).toMatch(/nothing was computed[^]*largestGap \(chosen\) +9 /)
    expect((await collapsar(...ask, '--threshold', '0.2')).stdout).toMatch(/by hand +45 +0\.2/)
    expect((await collapsar(...ask, '--threshold', 'x')).stderr).toMatch(/--threshold: got "x"/)
    expect((await collapsar(...ask, '--rule', 'logRatio')).stderr).toMatch(/can be counted by: theory, largestGap/)
    expect((await collapsar(...ask, '--rule', 'theory', '--threshold', '1')).stderr).toMatch(/give one of them/)
  })

  it('says which operators, methods and states there are', async () => {
    const { collapsar } = laboratory()
    const trained = await collapsar('run', 'deep-ufm', '--preset', 'small', '--set', 'steps=5', '--json')
    const { id } = parseWith(runDocument, JSON.parse(trained.stdout), 'stdout')
    expect((await collapsar('analyse')).stderr).toMatch(/give a RUN with --operator, or --matrix FILE\.npy/)
    const catalogue = await collapsar('analyse', id)
    expect(catalogue.stdout).toMatch(/layerPair +Hessian of two layers together +--layer, --other-layer/)
    expect(catalogue.stdout).toMatch(/layers +1 \(W1\), 2 \(W2\).*\n--step +5/)
    expect((await collapsar('analyse', id, '--operator', 'hessian', '--layer', '1')).stderr).toMatch(
      /--layer: hessian does not ask for it/,
    )
    expect((await collapsar('analyse', id, '--operator', 'hessian', '--probes', '3')).stderr).toMatch(/--density/)
    expect((await collapsar('analyse', id, '--operator', 'hesian')).stderr).toMatch(
      /got "hesian", expected one of hessian, /,
    )
    expect((await collapsar('analyse', id, '--operator', 'hessian', '--method', 'qr')).stderr).toMatch(
      /expected auto, dense, lanczos/,
    )
    const missing = await collapsar('analyse', id, '--operator', 'hessian', '--step', '3')
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/no stored state at step 3: stored are those at 5/),
    ])
  })

  it('takes a matrix from a file', async () => {
    const { collapsar, folder } = laboratory()
    const file = join(folder, 'A.npy')
    const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }`.padEnd(117) + '\n'
    const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1')
    writeFileSync(file, Buffer.concat([head, Buffer.from(Float64Array.of(2, 1, 1, 2).buffer)]))
    const { code, stdout } = await collapsar('analyse', '--matrix', file, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ matrix: 'A.npy', runId: null, result: { eigenvalues: [3, 1] } })
    const covariance = await collapsar('analyse', '--matrix', file, '--samples', '8')
    expect(covariance.stdout).toMatch(/marchenkoPastur +\d/)
    expect((await collapsar('analyse', '--matrix', file, '--layer', '2')).stderr).toMatch(
      /--layer: is for states of runs/,
    )
    expect((await collapsar('analyse', '--matrix', join(folder, 'none.npy'))).stderr).toMatch(
      /none\.npy cannot be read/,
    )
  })
})
