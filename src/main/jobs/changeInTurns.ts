import { Turns } from '../core/turns'
import type { Project } from '../store/project'

/**
 * Changes one thing after the other in transactions of a turn each, with requests answered between them: for changes of
 * ten thousands of rows of which each is whole by itself.
 *
 * @param change of one item; what it depends on may have changed in the turns before
 * @param committed hears of the items of each transaction
 * @throws what `change` throws; the transactions before stay
 */
export async function changeInTurns<T>(
  project: Pick<Project, 'transaction'>,
  items: readonly T[],
  change: (item: T, index: number) => void,
  committed: (items: readonly T[]) => void = () => undefined,
): Promise<void> {
  const turns = new Turns()
  for (let done = 0; done < items.length; await turns.next()) {
    const first = done
    project.transaction(() => {
      do change(items[done]!, done++)
      while (done < items.length && !turns.isOver)
    })
    committed(items.slice(first, done))
  }
}
