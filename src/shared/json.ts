import { z } from 'zod'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export const jsonObject = z.record(z.string(), z.json())
