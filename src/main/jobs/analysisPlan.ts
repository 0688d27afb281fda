import type { AnalysisMenu } from '#shared/analysis'
import type { FieldIssue } from '#shared/params'
import type { RunSpec } from '#shared/spec'
import type { Model } from '../core/model'
import { operators } from '../probes/operators/index'

/** What can be analysed of a model. */
export function analysisMenu(model: Model): AnalysisMenu {
  return {
    operators: [...operators.values()]
      .filter((definition) => definition.applies(model))
      .map(({ id, title, help, choose }) => ({ id, title, help, choose })),
    parameters: model.parameters.map(({ name }) => name),
    weights: model.parameters.filter(({ kind }) => kind === 'weight').map(({ name }) => name),
  }
}

/** Why the analyses that a spec plans cannot be made of this model, by their place in the plan. */
export function planIssues({ analyses }: RunSpec, model: Model, steps: number): FieldIssue[] {
  if (analyses.length === 0) return []
  const menu = analysisMenu(model)
  return analyses.flatMap((plan, i) => {
    const beyond = plan.steps.filter((step) => step > steps)
    const messages = [
      ...choiceIssues(plan.spec, menu),
      ...(beyond.length > 0 ? [`Got step ${beyond.join(', ')}, but the run takes ${steps} steps.`] : []),
    ]
    return messages.map((message) => ({ path: `analyses.${i}`, message }))
  })
}

function choiceIssues(
  { operator, parameters, layer, otherLayer }: RunSpec['analyses'][number]['spec'],
  { operators: known, parameters: names, weights }: AnalysisMenu,
): string[] {
  const chosen = known.find(({ id }) => id === operator)
  if (!chosen) {
    return [`Got operator "${operator}", expected one that this model has: ${known.map(({ id }) => id).join(', ')}.`]
  }
  const wanted = { parameters: 0, layer: 1, layerPair: 2 }[chosen.choose]
  const layers = [layer, otherLayer].slice(0, wanted)
  const unknown = parameters?.filter((name) => !names.includes(name)) ?? []
  return [
    ...(layers.every((one) => one !== null && one <= weights.length)
      ? []
      : [`Got layer ${layers.map((one) => one ?? 'none').join(' and ')}, expected from 1 to ${weights.length}.`]),
    ...(unknown.length > 0 ? [`The model has no parameter ${unknown.join(', ')}. Known: ${names.join(', ')}.`] : []),
  ]
}
