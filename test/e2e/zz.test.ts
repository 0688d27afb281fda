import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { launchChromium } from '../renderer/helpers/workbenchPages'
test('shots', async () => {
  const { address } = JSON.parse(readFileSync('/tmp/serve.out', 'utf8'))
  const b = await launchChromium()
  const p = await b.newPage({ viewport: { width: 1440, height: 900 } })
  p.on('console', (m) => m.type() === 'error' && console.log(m.text()))
  await p.goto(address)
  const shot = async (n: string) => {
    await p.waitForTimeout(900)
    await p.screenshot({ path: `/tmp/shots/real-${n}.png` })
  }
  await p.getByRole('article').first().waitFor()
  await shot('library')
  if (process.env['TRAIN'])
    for (const preset of [/^Small \(K/, /^Paper/]) {
      await p.goto(address.split('?')[0] + '#/library')
      await p.getByRole('button', { name: preset }).first().click()
      await p.getByText('What theory predicts').waitFor()
      await shot('design')
      await p.waitForTimeout(500)
      await p.getByRole('button', { name: 'Start' }).click()
      await p.waitForTimeout(800)
    }
  if (process.env['TRAIN']) {
    await p.goto(address.split('?')[0] + '#/library')
    await p.getByRole('article', { name: /image/i }).getByRole('button').first().click()
    await p.getByText('Parameters P').waitFor()
    await shot('design2')
    await p.getByRole('button', { name: 'Start' }).click()
    await p.waitForTimeout(3000)
    await shot('queue')
    await p.waitForTimeout(60000)
  }
  await p.goto(address.split('?')[0] + '#/runs')
  await shot('runs')
  const only = process.env['RUN'] ?? 'small'
  await p.getByRole('link', { name: only, exact: true }).last().click()
  for (const tab of ['Overview', 'Training', 'Structure', 'Spectra', 'Alignment', /Claims/, 'Log']) {
    await p.getByRole('tab', { name: tab }).click()
    await shot(`${only}-${String(tab).replace(/\W/g, '')}`)
  }
  await b.close()
}, 400000)
