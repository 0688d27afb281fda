const OLDEST = 24

/**
 * What is wrong with this version of Node; null when it will do. Its compression and its native modules decide
 * (better-sqlite3 crashes on 20). Imports nothing, so that it can be asked before anything else is loaded.
 */
export function nodeProblem(version: string): string | null {
  if (Number(version.split('.')[0]) >= OLDEST) return null
  return (
    `This is Node ${version}; the workbench needs Node ${OLDEST} or newer. ` +
    'The npm scripts bring it: "npm run -s collapsar -- …" in place of "node out/main/cli.js …".'
  )
}
