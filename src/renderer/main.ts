import './strictSchemas'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { clientKey } from './bridge/client'
import { connect } from './bridge/connect'
import { beginStart, healthyAfterMs } from './composables/starts'
import { startKey } from './composables/useKept'
import { keepPlace } from './keepPlace'
import { router } from './router'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'

const start = beginStart(localStorage)
const app = createApp(App)
app.config.errorHandler = (thrown) => {
  start.failed()
  console.error(thrown)
}
app.provide(clientKey, connect(window))
app.provide(startKey, start)
app.use(createPinia())
const { hash } = location
app.use(router)
app.runWithContext(() => keepPlace(router, hash))

// Charts measure their text on a canvas, which does not wait for a font by itself.
const faces = [
  '400 12px "IBM Plex Sans"',
  'italic 12px "IBM Plex Sans"',
  '600 12px "IBM Plex Sans"',
  '12px "IBM Plex Mono"',
  '12px "DejaVu Sans"',
]
await Promise.allSettled(faces.map((face) => document.fonts.load(face)))
app.mount('#app')
setTimeout(start.succeeded, healthyAfterMs)
// Closed or reloaded by the person: a crash does not come here.
window.addEventListener('pagehide', start.succeeded)
