import { nodeProblem } from './nodeProblem'

const problem = nodeProblem(process.versions.node)
if (problem === null) {
  // Only now: an older Node would stop at the first of the imports, before anything could be said.
  const { runCommandLine } = await import('./commandLine')
  // The exit code is set and the process left to end by itself, so that nothing written is lost.
  process.exitCode = await runCommandLine(import.meta.dirname)
} else {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 2
}
