/** Typed access to the fields of a golden case, which is JSON of a stated but unchecked format. */
export interface Fields {
  has(name: string): boolean
  number(name: string): number
  text(name: string): string
  numbers(name: string): Float64Array
}

/** @throws Error if the case is not an object; each accessor throws if its field is missing or of another type */
export function fieldsOf(given: unknown): Fields {
  if (typeof given !== 'object' || given === null) throw new Error('golden case: an object expected')
  const entries = new Map<string, unknown>(Object.entries(given))
  const name = String(entries.get('name') ?? entries.get('id') ?? 'without a name')
  const wrong = (field: string, type: string): never => {
    throw new Error(`golden case ${name}: field "${field}" is not ${type}`)
  }
  return {
    has: (field) => entries.has(field),
    number(field) {
      const value = entries.get(field)
      return typeof value === 'number' ? value : wrong(field, 'a number')
    },
    text(field) {
      const value = entries.get(field)
      return typeof value === 'string' ? value : wrong(field, 'a text')
    },
    numbers(field) {
      const value: unknown = entries.get(field)
      if (!Array.isArray(value) || !value.every((x): x is number => typeof x === 'number')) {
        return wrong(field, 'a list of numbers')
      }
      return Float64Array.from(value)
    },
  }
}
