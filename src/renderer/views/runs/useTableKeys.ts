import { computed, nextTick, ref } from 'vue'
import type { RunId } from '#shared/ids'
import type { useRunSelection } from './useRunSelection'
import type { TableLine, useTableLines } from './useTableLines'

/** What a key asks for the chosen runs, or for the one with the focus where nothing is chosen. */
export type TableAct = 'bin' | 'star' | 'tag' | 'note' | 'rename'

interface Table {
  readonly lines: ReturnType<typeof useTableLines>
  readonly selection: ReturnType<typeof useRunSelection>
  readonly scrollTo: (index: number) => void
  readonly element: () => HTMLElement | null
  /** Lines that are seen at once. */
  readonly pageLength: () => number
  readonly open: (runId: RunId) => void
  readonly act: (what: TableAct, runIds: readonly RunId[]) => void
}

/** The line that has the focus, and what the keyboard and the mouse do to the lines. */
export function useTableKeys({ lines, selection, scrollTo, element, pageLength, open, act: asked }: Table) {
  /** The line that Tab reaches; the arrows move it. */
  const current = ref(0)
  const lastLine = computed(() => lines.count.value - 1)
  const isEverythingChosen = computed(
    () => !lines.isGrouped.value && lastLine.value >= 0 && selection.count.value > lastLine.value,
  )

  async function moveTo(index: number, extend: boolean): Promise<void> {
    current.value = Math.min(Math.max(index, 0), Math.max(0, lastLine.value))
    scrollTo(current.value)
    await nextTick()
    element()?.querySelector<HTMLElement>(`[data-index="${current.value}"]`)?.focus()
    if (extend) selection.extend(await lines.idsBetween(selection.anchor.value, current.value))
    else selection.anchor.value = current.value
  }
  async function idsAt(line: TableLine | null): Promise<readonly RunId[]> {
    if (line?.kind === 'run') return [line.row.id]
    return line?.kind === 'group' ? lines.idsOf(line.group) : []
  }
  async function choose(index: number, event: { readonly shiftKey: boolean }): Promise<void> {
    if (event.shiftKey) return selection.extend(await lines.idsBetween(selection.anchor.value, index))
    selection.toggle(await idsAt(lines.lineAt(index)), index)
  }
  async function chooseAll(): Promise<void> {
    if (isEverythingChosen.value) selection.clear()
    else selection.set(await lines.idsOfAll())
  }
  async function act(what: TableAct): Promise<void> {
    const ids = [...selection.ids.value]
    asked(what, ids.length > 0 && what !== 'note' ? ids : await idsAt(lines.lineAt(current.value)))
  }
  function openLine(line: TableLine | null): void {
    if (line?.kind === 'run') open(line.row.id)
    else if (line?.kind === 'group') void lines.toggleGroup(line.group)
  }
  function setOpen(line: TableLine | null, isOpen: boolean): void {
    if (line?.kind === 'group' && line.open !== isOpen) void lines.toggleGroup(line.group)
  }

  function onKey(event: KeyboardEvent): void {
    // Keys pressed on a checkbox or a button inside a row belong to it.
    if (!(event.target instanceof HTMLTableRowElement)) return
    const line = lines.lineAt(current.value)
    const { shiftKey: shift } = event
    const withControl: Readonly<Record<string, () => void>> = { a: () => void chooseAll() }
    const plain: Readonly<Record<string, () => void>> = {
      ArrowDown: () => void moveTo(current.value + 1, shift),
      ArrowUp: () => void moveTo(current.value - 1, shift),
      PageDown: () => void moveTo(current.value + pageLength(), shift),
      PageUp: () => void moveTo(current.value - pageLength(), shift),
      Home: () => void moveTo(0, shift),
      End: () => void moveTo(lastLine.value, shift),
      ArrowRight: () => setOpen(line, true),
      ArrowLeft: () => setOpen(line, false),
      ' ': () => void choose(current.value, event),
      Enter: () => openLine(line),
      Delete: () => void act('bin'),
      Escape: () => selection.clear(),
      F2: () => void act('rename'),
      s: () => void act('star'),
      t: () => void act('tag'),
      n: () => void act('note'),
    }
    const action = (event.ctrlKey || event.metaKey ? withControl : plain)[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }
  function onClick(index: number, event: MouseEvent): void {
    if (event.target instanceof HTMLAnchorElement) return
    current.value = index
    if (event.shiftKey || event.ctrlKey || event.metaKey) void choose(index, event)
    else selection.anchor.value = index
  }

  return { current, isEverythingChosen, choose, chooseAll, openLine, onKey, onClick }
}
