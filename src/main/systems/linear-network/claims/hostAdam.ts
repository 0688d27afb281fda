import { createBackend } from '#main/compute/backends/select'
import type { ParameterArrays } from '#main/core/snapshot'
import { ModelState } from '#main/train/modelState'
import { StatePrograms } from '#main/train/statePrograms'
import type { Start } from '../withTraining'

/** The defaults of Kingma & Ba 2015, arXiv:1412.6980. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8]

/**
 * Adam on the data loss, with gradients from the device and the update on the host:
 * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η m̂/(√v̂ + ϵ), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 *
 * A control for claims, not an optimiser of runs.
 *
 * @returns the parameters after `steps` steps
 */
export async function hostAdam(
  { model, data, initial }: Start,
  { learningRate, steps }: { learningRate: number; steps: number },
): Promise<ParameterArrays> {
  const backend = await createBackend()
  const state = new ModelState(model, data.train, backend)
  const programs = new StatePrograms(state, null)
  try {
    const { program } = programs.gradient()
    const moving = model.parameters.map(({ name }) => {
      const theta = initial[name]!.slice()
      return { name, theta, m: new Float64Array(theta.length), v: new Float64Array(theta.length) }
    })
    for (let t = 1; t <= steps; t++) {
      state.load(Object.fromEntries(moving.map(({ name, theta }) => [name, theta])))
      program.run()
      for (const { name, theta, m, v } of moving) {
        const gradient = await program.read(name)
        gradient.forEach((g, i) => {
          m[i] = BETA1 * m[i]! + (1 - BETA1) * g
          v[i] = BETA2 * v[i]! + (1 - BETA2) * g * g
          theta[i]! -= (learningRate * (m[i]! / (1 - BETA1 ** t))) / (Math.sqrt(v[i]! / (1 - BETA2 ** t)) + EPSILON)
        })
      }
    }
    return Object.fromEntries(moving.map(({ name, theta }) => [name, theta]))
  } finally {
    programs.dispose()
    state.dispose()
    backend.dispose()
  }
}
