import { useStorage } from '@vueuse/core'
import { inject, shallowRef, type InjectionKey, type Ref } from 'vue'
import type { z } from 'zod'
import { LabError } from '#shared/errors'
import type { Start } from './starts'

export const startKey: InjectionKey<Start> = Symbol('start')

/** How this start of the workbench stands, as main.ts provided it. */
export function useStart(): Start {
  const start = inject(startKey)
  if (!start) throw new LabError('internal', 'useStart: no start was provided; mount the app through main.ts.')
  return start
}

export interface KeptOptions {
  /** Also in safe mode: what cannot be why a start failed, such as the theme. */
  readonly always?: boolean
}

/**
 * A value that survives a reload or crash, on this machine and not in the project. Assign a new value to change it.
 * What another version stored and the schema refuses becomes the fallback: nothing that was run is lost. In safe mode
 * the value starts as the fallback and what was stored before stays as it is.
 *
 * @param name 'draft', 'place': one name, one meaning
 */
export function useKept<T>(name: string, schema: z.ZodType<T>, fallback: T, options: KeptOptions = {}): Ref<T> {
  if (useStart().isSafe && !options.always) return shallowRef(fallback)
  return useStorage<T>(`collapsar.${name}`, fallback, localStorage, {
    shallow: true,
    writeDefaults: false,
    serializer: { read: (text) => readKept(schema, fallback, text), write: (value) => JSON.stringify(value) },
  })
}

/** The stored text as a value; the fallback for what is no JSON or not of the schema. */
export function readKept<T>(schema: z.ZodType<T>, fallback: T, text: string): T {
  try {
    return schema.catch(fallback).parse(JSON.parse(text))
  } catch {
    return fallback
  }
}
