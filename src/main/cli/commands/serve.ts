import { once } from 'node:events'
import { startLoopbackHost } from '../../host/loopbackHost'
import { openInBrowser } from '../../host/openInBrowser'
import { defineCommand, jsonOption, projectOption } from '../command'
import { wholeNumber } from '../numberOption'
import { toJson } from '../terminal'
import { withService } from '../withService'

export const serve = defineCommand({
  name: 'serve',
  summary: 'the workbench in a browser, on 127.0.0.1 only',
  positionals: [],
  options: {
    port: { type: 'string', placeholder: 'N', help: 'port (default: any free one)' },
    slots: { type: 'string', placeholder: 'N', help: 'runs that train at a time (default: cores − 1)' },
    open: { type: 'boolean', help: 'open the address in the browser of this machine' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options) {
    const port = options.port === undefined ? 0 : wholeNumber('port', options.port, 0, 65_535)
    const slots =
      options.slots === undefined ? Math.max(1, context.cores - 1) : wholeNumber('slots', options.slots, 1, 1024)
    await withService(context, { project: options.project, slots, keepsLog: true }, async (service) => {
      const host = await startLoopbackHost({ service, pages: context.installation.pages, port })
      const { address } = host
      await context.terminal.write(
        options.json ? `${toJson({ address, port: host.port })}\n` : `Collapsar is at ${address}\n`,
      )
      context.terminal.note('Ctrl C ends it. The address is a key: whoever has it can use this workbench.\n')
      if (options.open) openInBrowser(address, process.platform, process.env)
      if (!context.signal.aborted) await once(context.signal, 'abort')
      await host.close()
    })
    return { exitCode: 0, document: null, text: null }
  },
})
