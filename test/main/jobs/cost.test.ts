import { describe, expect, it, onTestFinished } from 'vitest'
import { join } from 'node:path'
import type { RunSpecInput } from '#shared/spec'
import { acceptSpec } from '#main/jobs/checkSpec'
import { estimate } from '#main/jobs/cost'
import { folderResources } from '#main/jobs/folderResources'
import { probes } from '#main/probes/registry'
import { openProject } from '#main/store/openProject'
import { systems } from '#main/systems/registry'
import { expectClose } from '../../helpers/expectClose'
import { fixedClock, temporaryFolder } from '../../helpers/projects'

const catalogue = { systems, probes, resources: folderResources('resources/data') }
const params = { K: 3, n: 4, width: 8, depth: 3, steps: 1000 }
const base: RunSpecInput = { system: 'deep-ufm', params, probes: ['loss', 'fullHessian'] }
const backend = 'cpu/float64/auto'

function measuredHere() {
  const { calibration, close } = openProject(join(temporaryFolder(), 'work.clps'), { clock: fixedClock() })
  onTestFinished(close)
  const { workload } = acceptSpec(base, catalogue)
  const { flopsPerStep, parameters } = workload
  const speed = { system: 'deep-ufm', backend, flopsPerStep, secondsPerStep: 1e-3, startSeconds: 0.5 }
  calibration.add({ ...speed, bytesPerMeasurement: 100 }, 0)
  const cost = (costClass: string, seconds: number) =>
    calibration.addMeasuring({ system: 'deep-ufm', backend, costClass, parameters, seconds }, 0)
  cost('point', 0.001)
  cost('loss', 0.002)
  cost('fullHessian*', 2)
  cost('fullHessian', 0)
  // A run of three steps came last: warming up is most of what it measured.
  calibration.add({ ...speed, secondsPerStep: 0.1, startSeconds: 3, bytesPerMeasurement: 900 }, 1)
  cost('loss', 0.3)
  return (input: Partial<RunSpecInput>) => {
    const { spec, workload: own } = acceptSpec({ ...base, ...input }, catalogue)
    return estimate(spec, own, calibration)!
  }
}

describe('the estimate of a run', () => {
  it('adds start, steps and every measurement at what it cost here', () => {
    const { seconds, basis, measuredSteps } = measuredHere()({ schedule: { perDecade: 2 } })
    // Steps 0, 1, 3, 10, 32, 100, 316 and 1000; a full Hessian at 0, 1, 10, 100 and the last.
    expect([basis, measuredSteps]).toEqual(['measured', 8])
    expectClose(seconds, 0.5 + 1 + 8 * (0.001 + 0.002) + 5 * 2, { rtol: 1e-12 })
  })
  it('counts each probe by its own schedule', () => {
    const estimated = measuredHere()
    const atEnd = estimated({ schedule: { perDecade: 2 }, probeSchedules: { fullHessian: { kind: 'end' } } })
    expectClose(atEnd.seconds, 0.5 + 1 + 8 * 0.003 + 2, { rtol: 1e-12 })
    const without = estimated({ schedule: { perDecade: 2 }, probes: ['loss'] })
    expectClose(without.seconds, 0.5 + 1 + 8 * 0.003, { rtol: 1e-12 })
  })
  it('grows with the model, and is not smaller than what was measured of a larger one', () => {
    const estimated = measuredHere()
    const small = estimated({ params: { ...params, width: 4 }, schedule: { kind: 'end' } })
    const same = estimated({ schedule: { kind: 'end' } })
    const large = estimated({ params: { ...params, width: 16 }, schedule: { kind: 'end' } })
    expect(small.seconds).toBe(same.seconds)
    expect(large.seconds).toBeGreaterThan(same.seconds)
  })
})
