import { createRouter, createWebHashHistory } from 'vue-router'
import { isRunId, isSweepId } from '#shared/ids'
import { places } from './places'
import RunView from './views/run/RunView.vue'
import SweepView from './views/sweep/SweepView.vue'

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
      component: RunView,
      meta: { title: 'Run' },
      props: true,
      beforeEnter: (to) => isRunId(String(to.params['runId'])) || { name: 'runs' },
    },
    {
      path: '/sweeps/:sweepId',
      name: 'sweep',
      component: SweepView,
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
