import type { RunId } from '#shared/ids'
import { systemClock } from '#main/store/clock'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'

/** What is in a project file that a service may be writing to. */
export function lookAt<T>(path: string, at: (project: Project) => T): T {
  const project = openProject(path, { clock: systemClock, readOnly: true })
  try {
    return at(project)
  } finally {
    project.close()
  }
}

const hex = ({ buffer, byteOffset, byteLength }: Float64Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex')

/** Everything that a run measured and the states of it that are kept, to the bit; but for what a clock says. */
export function remainsOf({ records, checkpoints }: Project, id: RunId) {
  return {
    records: records.measured(id).map(({ quantity, layer, steps }) => ({
      quantity,
      layer,
      steps: [...steps],
      values:
        quantity === 'wallTime' ||
        Array.from(steps, (step) => hex(records.atOrBefore(id, quantity, layer, step)!.data)),
    })),
    states: checkpoints.steps(id).map((step) => ({
      step,
      arrays: checkpoints.at(id, step).arrays.map(({ name, data }) => ({ name, data: hex(data) })),
    })),
  }
}
