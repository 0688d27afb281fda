import { randomInt } from 'node:crypto'
import { LabError } from '#shared/errors'
import { isRunId, isSweepId, type RunId, type SweepId } from '#shared/ids'

export function newRunId(): RunId {
  const id = `r-${tenCharacters()}`
  if (!isRunId(id)) throw new LabError('internal', `Made a run id that is none: ${id}.`)
  return id
}

export function newSweepId(): SweepId {
  const id = `w-${tenCharacters()}`
  if (!isSweepId(id)) throw new LabError('internal', `Made a sweep id that is none: ${id}.`)
  return id
}

function tenCharacters(): string {
  return Array.from({ length: 10 }, () => randomInt(36).toString(36)).join('')
}
