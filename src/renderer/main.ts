import './strictSchemas'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { clientKey } from './bridge/client'
import { connect } from './bridge/connect'
import { router } from './router'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'

const app = createApp(App)
app.provide(clientKey, connect(window))
app.use(createPinia())
app.use(router)

// Charts measure their text on a canvas, which does not wait for a font by itself.
const faces = [
  '400 12px "IBM Plex Sans"',
  'italic 12px "IBM Plex Sans"',
  '600 12px "IBM Plex Sans"',
  '12px "IBM Plex Mono"',
]
await Promise.allSettled(faces.map((face) => document.fonts.load(face)))
app.mount('#app')
