import { config } from 'zod'

// zod compiles its schemas with `new Function` unless told not to; the page's policy forbids that and would log it.
// Imported first by main.ts: a schema decides when it is made.
config({ jitless: true })
