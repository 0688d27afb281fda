import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { Connection } from './connection'

/** Texts that many rows share, stored once each. */
export interface Texts {
  /** Its number; the text is stored if it is new. */
  idOf(text: string): number
  /** @throws LabError 'not-found' */
  read(id: number): string
}

const idRow = z.object({ id: z.number() })
const textRow = z.object({ text: z.string() })

export function textsOn(connection: Connection): Texts {
  return {
    idOf(text) {
      const known = connection.get(idRow, 'SELECT id FROM texts WHERE text = ?', [text])
      return known?.id ?? connection.run('INSERT INTO texts (text) VALUES (?)', [text]).id
    },
    read(id) {
      const found = connection.get(textRow, 'SELECT text FROM texts WHERE id = ?', [id])
      if (!found) throw new LabError('not-found', `Project "${connection.name}" has no text ${id}.`)
      return found.text
    },
  }
}
