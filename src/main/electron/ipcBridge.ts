import { serialize } from 'node:v8'
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '#shared/contract/channels'
import type { Reply } from '#shared/contract/index'
import { eventNames } from '#shared/contract/schemas'
import { LabError } from '#shared/errors'
import { MAX_REQUEST_BYTES } from '../host/bridgeConnection'
import type { HostedService } from '../host/hostedService'
import { isAppUrl } from './appScheme'

/** Answers the requests of our own top frame and of nothing else. */
export function answerRequests(service: HostedService): void {
  ipcMain.handle(REQUEST_CHANNEL, async (event, method: unknown, input: unknown): Promise<Reply<unknown>> => {
    if (!isOwnTopFrame(event)) return refuse('Only the workbench itself may ask the service.')
    if (serialize(input).byteLength > MAX_REQUEST_BYTES) {
      return refuse(`The request is larger than ${MAX_REQUEST_BYTES} bytes. Send less at a time.`)
    }
    return service.call(method, input)
  })
}

/** Pushes the service's events to a window until it is closed. */
export function pushEvents(service: HostedService, contents: WebContents): void {
  const stops = eventNames.map((event) => service.on(event, (payload) => contents.send(EVENT_CHANNEL, event, payload)))
  contents.once('destroyed', () => stops.forEach((stop) => stop()))
}

function isOwnTopFrame({ senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isAppUrl(senderFrame.url)
}

function refuse(message: string): Reply<unknown> {
  return { ok: false, error: new LabError('bad-input', message).toData() }
}
