import { test } from 'vitest'
import { createWorkbenchPages } from './helpers/workbenchPages'
test('shots', async () => {
  const pages = await createWorkbenchPages()
  const want = (process.env['SHOTS'] ?? '').split(',').filter(Boolean)
  const places: Record<string, string> = {
    library: '/library',
    design: '/design',
    queue: '/queue',
    runs: '/runs',
    run: '/runs/r-0412abcdef',
    training: '/runs/r-0412abcdef?tab=training',
    structure: '/runs/r-0412abcdef?tab=structure',
    spectra: '/runs/r-0412abcdef?tab=spectra',
    alignment: '/runs/r-0412abcdef?tab=alignment',
    claims: '/runs/r-0412abcdef?tab=claims',
    log: '/runs/r-0412abcdef?tab=log',
    settings: '/settings',
    running: '/runs/r-0413abcdef',
    failed: '/runs/r-0407abcdef',
  }
  const schemes = (process.env['SCHEMES'] ?? 'light,dark').split(',') as ('light' | 'dark')[]
  for (const colorScheme of schemes)
    for (const [name, path] of Object.entries(places)) {
      if (want.length && !want.includes(name)) continue
      const { page, problems } = await pages.open(name === 'design' ? '/library' : path, 'full', { colorScheme })
      if (name === 'design') {
        await page.getByRole('button', { name: 'Small, ours' }).click()
      }
      await page.waitForTimeout(900)
      await page.screenshot({ path: `/tmp/shots/${name}-${colorScheme}.png` })
      if (problems.length) console.log(name, colorScheme, problems)
      await page.context().close()
    }
  await pages.close()
}, 300000)
