import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { decode, encode } from '#shared/contract/wire'
import { parseRunSpec } from '#shared/spec'
import { systemClock } from '#main/store/clock'
import { openProject } from '#main/store/openProject'
import { newRun, runId } from '../helpers/storeRuns'
import { lookAt } from './helpers/remains'
import { CLI, startHost, type RunningHost } from './helpers/startHost'

let project = ''
let host: RunningHost
afterAll(() => host.close())

/** Two starts that are killed before they say that they are ready, on a project in which a run waits; then a third. */
beforeAll(async () => {
  host = await startHost(async (path) => {
    project = path
    const prepared = openProject(path, { clock: systemClock })
    const spec = parseRunSpec({ system: 'deep-ufm', params: { steps: 1_000_000 } })
    prepared.runs.enqueue(newRun(1, { spec, steps: 1_000_000 }))
    prepared.close()
    for (const start of [1, 2]) expect([start, await killedStart(path, start)]).toEqual([start, ''])
  })
}, 60_000)

/** What the service said before it was killed. */
async function killedStart(path: string, start: number): Promise<string> {
  const child = spawn(process.execPath, [CLI, 'serve', '--json', '--project', path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const closed = once(child, 'close')
  // The number of starts that are not over.
  const counted = () => expect(readFileSync(`${path}.starts`, 'utf8')).toBe(String(start))
  await vi.waitFor(counted, { timeout: 20_000, interval: 2 })
  child.kill('SIGKILL')
  await closed
  return said
}

/** One request, as the page of this address asks it. */
async function isSafe(address: string): Promise<boolean> {
  const { origin } = new URL(address)
  const welcome = await fetch(address, { redirect: 'manual' })
  const Cookie = welcome.headers.get('set-cookie')?.split(';')[0] ?? ''
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/bridge`, { headers: { Cookie, Origin: origin } })
  await once(socket, 'open')
  socket.send(encode({ id: 1, method: 'app.info', input: null }))
  const [answer] = await once(socket, 'message')
  socket.terminate()
  const value = z.looseObject({ isSafe: z.boolean() })
  return z.object({ reply: z.object({ value }) }).parse(decode(answer)).reply.value.isSafe
}

const state = () => lookAt(project, ({ runs, queue }) => [runs.get(runId(1)).status, queue.isPaused])

it('the third start says that the last two failed, pauses the queue and leaves the run that waits', async () => {
  expect(await isSafe(host.address)).toBe(true)
  expect(state()).toEqual(['pending', true])
})

it('a start after one that was closed is an ordinary one; the queue stays as it was left', async () => {
  host = await host.restart()
  expect(await isSafe(host.address)).toBe(false)
  expect(state()).toEqual(['pending', true])
})
