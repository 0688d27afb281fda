import type { ParameterArrays, Snapshot } from '#main/core/snapshot'
import { arrayOf } from './arrayOf'

/** Gradient of the whole loss, data part plus λ θ, by parameter name. Theory note 01, section 3. */
export async function totalGradient(snapshot: Snapshot): Promise<ParameterArrays> {
  const [data, values] = [await snapshot.dataGradient(), await snapshot.parameters()]
  return Object.fromEntries(
    snapshot.model.parameters.map(({ name, weightDecay }) => {
      const value = arrayOf(values, name)
      return [name, arrayOf(data, name).map((g, i) => g + weightDecay * value[i]!)]
    }),
  )
}
