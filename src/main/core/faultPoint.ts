/** Where the tests kill the process: each stands between two states of the disk. */
export type FaultPoint =
  | 'transaction.begun'
  | 'transaction.written'
  | 'transaction.committed'
  | 'migration.backedUp'
  | 'migration.step'
  | 'backup.copied'
  | 'backup.checked'
  | 'backup.renamed'
  | 'purge.deleted'
  | 'file.written'
  | 'file.renamed'

/**
 * Ends this process as `kill -9` would, if the environment variable COLLAPSAR_FAULT names this point and its n-th
 * passing: `transaction.written:3`. Costs one comparison otherwise. Only the reliability tests set it.
 */
export function faultPoint(name: FaultPoint): void {
  if (wanted === undefined || wanted.name !== name || --wanted.passings > 0) return
  process.kill(process.pid, 'SIGKILL')
}

const wanted = parse(process.env['COLLAPSAR_FAULT'])

function parse(text: string | undefined): { name: string; passings: number } | undefined {
  const [name, passings = '1'] = text?.split(':') ?? []
  return name === undefined || name === '' ? undefined : { name, passings: Number(passings) }
}
