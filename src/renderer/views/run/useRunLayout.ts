import { computed, type Ref } from 'vue'
import { z } from 'zod'
import type { FigureDefinition } from '#shared/figure'
import { useKept } from '../../composables/useKept'
import type { Tab } from './tabs'

const id = z.string().max(200)
const ids = z.array(id).max(200).default([])
const tabSchema = z.object({ order: ids, hidden: ids, wide: ids })
const figureSchema = z.object({ layer: z.number().nullable().default(null), asTable: z.boolean().default(false) })
const layoutSchema = z.object({
  /** By system and tab: the order of the panels as far as a person changed it, those not shown, those over two columns. */
  tabs: z.record(id, tabSchema),
  /** By system and figure. */
  figures: z.record(id, figureSchema),
})
type Layout = z.infer<typeof layoutSchema>
type TabLayout = z.infer<typeof tabSchema>
type FigureLayout = z.infer<typeof figureSchema>

const fresh: Layout = { tabs: {}, figures: {} }
const usualTab: TabLayout = { order: [], hidden: [], wide: [] }
const usualFigure: FigureLayout = { layer: null, asTable: false }

/** Which panels a tab of a run shows, in which order and how; the same for all runs of a system, kept on this machine. */
export function useRunLayout(system: Ref<string>, tab: Ref<Tab>, figures: Ref<readonly FigureDefinition[]>) {
  const layout = useKept<Layout>('runPanels', layoutSchema, fresh)
  const tabKey = computed(() => `${system.value} ${tab.value}`)
  const here = computed(() => layout.value.tabs[tabKey.value] ?? usualTab)

  /** Every figure of the tab; those that nobody has moved stand where the system put them, after the moved ones. */
  const ordered = computed(() => {
    const place = (figure: FigureDefinition) => {
      const index = here.value.order.indexOf(figure.id)
      return index < 0 ? Infinity : index
    }
    return figures.value.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
  })
  const isShown = ({ id: figure }: FigureDefinition) => !here.value.hidden.includes(figure)
  const isWide = ({ id: figure }: FigureDefinition) => here.value.wide.includes(figure)

  function changeTab(part: Partial<TabLayout>): void {
    const tabs = { ...layout.value.tabs, [tabKey.value]: { ...here.value, ...part } }
    layout.value = { ...layout.value, tabs }
  }
  const toggled = (list: readonly string[], figure: string) =>
    list.includes(figure) ? list.filter((other) => other !== figure) : [...list, figure]

  function move(figure: string, to: number): void {
    const order = ordered.value.map((other) => other.id)
    const from = order.indexOf(figure)
    if (from < 0 || to < 0 || to >= order.length) return
    changeTab({ order: order.toSpliced(from, 1).toSpliced(to, 0, figure) })
  }
  const figureKey = (figure: string) => `${system.value} ${figure}`

  return {
    ordered,
    shown: computed(() => ordered.value.filter(isShown)),
    isShown,
    isWide,
    isUsual: computed(() => layout.value.tabs[tabKey.value] === undefined),
    toggleShown: (figure: string) => changeTab({ hidden: toggled(here.value.hidden, figure) }),
    toggleWide: (figure: string) => changeTab({ wide: toggled(here.value.wide, figure) }),
    move,
    /** Puts a panel where another one stands. */
    moveOnto: (figure: string, onto: string) =>
      move(
        figure,
        ordered.value.findIndex((other) => other.id === onto),
      ),
    reset() {
      const others = Object.entries(layout.value.tabs).filter(([key]) => key !== tabKey.value)
      layout.value = { ...layout.value, tabs: Object.fromEntries(others) }
    },
    figure: (figure: string) => layout.value.figures[figureKey(figure)] ?? usualFigure,
    changeFigure(figure: string, part: Partial<FigureLayout>): void {
      const changed = { ...(layout.value.figures[figureKey(figure)] ?? usualFigure), ...part }
      layout.value = { ...layout.value, figures: { ...layout.value.figures, [figureKey(figure)]: changed } }
    },
  }
}
export type RunLayout = ReturnType<typeof useRunLayout>
