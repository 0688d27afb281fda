/** The project named by `--project=FILE.clps`; null when none is. Other switches belong to Electron. */
export function projectArgument(argv: readonly string[]): string | null {
  const prefix = '--project='
  const argument = argv.findLast((word) => word.startsWith(prefix))
  return argument === undefined ? null : argument.slice(prefix.length)
}
