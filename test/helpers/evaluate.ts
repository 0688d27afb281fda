import { createBackend } from '#main/compute/backends/select'
import type { Backend } from '#main/compute/backends/backend'
import type { Node } from '#main/compute/graph/node'
import { compile } from '#main/compute/program/compile'
import { Workspace } from '#main/compute/program/workspace'

let shared: Promise<Backend> | null = null

/** One embedded float64 backend for all tests of a file: same bits on every machine. */
export function embeddedBackend(): Promise<Backend> {
  shared ??= createBackend({ id: 'cpu', dtype: 'float64', blas: 'embedded' })
  return shared
}

/** Values of nodes for given inputs, through a compiled program. */
export async function evaluate(
  nodes: readonly Node[],
  inputs: ReadonlyMap<Node, Float64Array>,
): Promise<Float64Array[]> {
  const workspace = new Workspace(await embeddedBackend())
  for (const [node, values] of inputs) workspace.write(node, values)
  const outputs = Object.fromEntries(nodes.map((node, i) => [String(i), node]))
  const program = compile(workspace, { outputs })
  program.run()
  const values = await Promise.all(nodes.map((_, i) => program.read(String(i))))
  program.dispose()
  workspace.dispose()
  return values
}
