import { createRouter, createWebHashHistory } from 'vue-router'
import { isRunId, isSweepId } from '#shared/ids'
import { places } from './places'

const runView = () => import('./views/run/RunView.vue')
const sweepView = () => import('./views/sweep/SweepView.vue')

/** Hash history: the same addresses work under app:// and on the loopback host. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: { name: 'library' } },
    ...places.map((place) => ({
      path: place.path,
      name: place.name,
      component: place.view,
      meta: { title: place.title },
    })),
    {
      path: '/runs/:runId',
      name: 'run',
      component: runView,
      meta: { title: 'Run' },
      props: true,
      beforeEnter: (to) => isRunId(String(to.params['runId'])) || { name: 'runs' },
    },
    {
      path: '/sweeps/:sweepId',
      name: 'sweep',
      component: sweepView,
      meta: { title: 'Sweep' },
      props: true,
      beforeEnter: (to) => isSweepId(String(to.params['sweepId'])) || { name: 'queue' },
    },
    { path: '/:unknown(.*)*', redirect: { name: 'library' } },
  ],
})

router.afterEach((to) => {
  document.title = `${String(to.meta['title'] ?? 'Workbench')} – Collapsar`
})

/** Reads the other places, so that going there is at once. One that cannot be read is read again when it is asked for. */
export async function readAhead(): Promise<void> {
  await Promise.allSettled([...places.map(({ view }) => view()), runView(), sweepView()])
}
