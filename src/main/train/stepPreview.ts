import type { Node } from '../compute/graph/node'
import { ancestors } from '../compute/graph/transforms'
import { differsBetweenReplicas, type Update } from '../compute/program/updates'
import { Workspace } from '../compute/program/workspace'
import { compileStep, type StepProgram } from './stepProgram'

/**
 * The next step of an optimiser, taken on a copy of everything that it reads: it has the bits of the step to come and
 * leaves the training as it is.
 */
export class StepPreview {
  readonly #copy: Workspace
  readonly #inputs: ReadonlySet<Node>
  readonly #program: StepProgram

  constructor(
    readonly workspace: Workspace,
    stages: readonly (readonly Update[])[],
  ) {
    const updates = stages.flat()
    const read = ancestors(updates.map(({ source }) => source)).filter(({ primitive }) => primitive.op === 'input')
    const coefficients = updates.flatMap(({ keep, scale }) => [keep, scale].filter(differsBetweenReplicas))
    this.#inputs = new Set([...read, ...updates.map(({ target }) => target), ...coefficients])
    this.#copy = new Workspace(workspace.backend)
    this.#program = compileStep(this.#copy, stages)
  }

  /** What the step adds to some inputs. Coefficients and samples of the step have to be in place. */
  async changesOf(nodes: readonly Node[]): Promise<Float64Array[]> {
    for (const node of this.#inputs) this.#copy.write(node, await this.workspace.read(node))
    this.#program.run()
    return Promise.all(
      nodes.map(async (node) => {
        const before = await this.workspace.read(node)
        if (!this.#inputs.has(node)) return new Float64Array(before.length)
        return (await this.#copy.read(node)).map((value, i) => value - before[i]!)
      }),
    )
  }

  dispose(): void {
    this.#program.dispose()
    this.#copy.dispose()
  }
}
