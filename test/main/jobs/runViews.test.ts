import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { QuantityDefinition } from '#shared/records'
import { parseRunSpec } from '#shared/spec'
import { runViews } from '#main/jobs/runViews'
import { probes } from '#main/probes/registry'
import { verdicts, type VerdictKind } from '#main/probes/verdict'
import { openProject } from '#main/store/openProject'
import { systems } from '#main/systems/registry'
import { fixedClock, newRun, runId, scalar, temporaryFolder } from '../../helpers/projects'
import { tinySystems } from '../../helpers/tinySystem'

const about = { label: 'Verdict', symbol: '', unit: '', help: '', formula: '', source: '', scale: 'linear' } as const
const codes = ['unconverged', 'collapse', 'rank']
const quantities: QuantityDefinition[] = [
  { ...about, id: 'verdict', kind: 'scalar', perLayer: false, codes },
  { ...about, id: 'loss', kind: 'scalar', perLayer: false },
]

it('says in words what a run has become and what its system says of its parameters, by its record where that says more than the code', () => {
  const clock = fixedClock()
  const project = openProject(join(temporaryFolder(), 'work.clps'), { clock })
  onTestFinished(() => project.close())
  const textOf = (i: number) => runViews(project, null, tinySystems).detail(runId(i)).states
  for (const i of [0, 1, 2]) {
    project.runs.enqueue(newRun(i, { quantities }))
    project.runs.start(runId(i), clock.now())
  }
  project.records.append(runId(0), [scalar('verdict', 0, 0), scalar('verdict', 5, 1), scalar('loss', 5, 2)])
  project.records.append(runId(1), [{ ...scalar('verdict', 5, 2), meta: { verdict: 'rank 4' } }])
  expect(textOf(0)).toEqual([{ quantity: 'verdict', label: 'Verdict', text: 'collapse' }])
  expect(textOf(1)).toEqual([{ quantity: 'verdict', label: 'Verdict', text: 'rank 4' }])
  expect(textOf(2)).toEqual([])
  project.runs.enqueue(newRun(3, { spec: parseRunSpec({ system: 'tiny', params: { width: 60 } }) }))
  expect(runViews(project, null, tinySystems).detail(runId(3)).advice).toEqual(['That is wide.'])
})

it('draws the spectra of collapse over runs that may be or become collapsed, not over those that ended elsewhere', () => {
  const clock = fixedClock()
  const project = openProject(join(temporaryFolder(), 'work.clps'), { clock })
  onTestFinished(() => project.close())
  const { quantities: described } = probes.get('outputStructure')!
  const spec = parseRunSpec({ system: 'deep-ufm', params: { loss: 'ce', K: 4, n: 1, weightDecay: 0.01 } })
  const predicted = (i: number, verdict: VerdictKind) => {
    project.runs.enqueue(newRun(i, { spec, quantities: described }))
    project.runs.start(runId(i), clock.now())
    project.records.append(runId(i), [scalar('verdict', 5, verdicts.indexOf(verdict))])
    project.runs.end(runId(i), { status: 'completed', step: 5, error: null, at: clock.now() })
    const { predictions } = runViews(project, null, systems).detail(runId(i))
    return [...new Set(predictions.map(({ quantity }) => quantity))]
  }
  const everywhere = ['loss', 'outputSingularValues', 'outputRank']
  const ofCollapse = ['singularValues', 'numericalRank', 'layerHessian', 'fullHessian']
  expect(predicted(1, 'collapse').sort()).toEqual([...everywhere, ...ofCollapse].sort())
  expect(predicted(2, 'unconverged').sort()).toEqual([...everywhere, ...ofCollapse].sort())
  expect(predicted(3, 'pair').sort()).toEqual(everywhere.toSorted())
  expect(predicted(4, 'zero').sort()).toEqual(everywhere.toSorted())
})
