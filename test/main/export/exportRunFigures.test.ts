import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportRunFigures, type FigureExport } from '#main/export/exportRunFigures'
import { detail, figures, handlers } from '../../charts/sampleRun'
import { unprivileged } from '../../helpers/unprivileged'

const fontsDirectory = resolve('resources/fonts')
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'figures-'))
})
afterEach(() => rm(directory, { recursive: true }))

function order(changes: Partial<FigureExport> = {}): FigureExport {
  return { detail, source: handlers, directory, formats: ['svg', 'csv'], fontsDirectory, ...changes }
}

describe('exportRunFigures', () => {
  it('writes every figure, one file per layer where a figure shows one, and leaves nothing else behind', async () => {
    const { files, skipped } = await exportRunFigures(order())
    expect(skipped).toEqual([])
    expect(files.filter((file) => file.endsWith('.svg'))).toEqual([
      'loss.svg',
      'nc1.svg',
      'eigenvalues-layer-1.svg',
      'eigenvalues-layer-2.svg',
      'spectrum-layer-1.svg',
      'spectrum-layer-2.svg',
      'density.svg',
      'f.svg',
    ])
    expect((await readdir(directory)).sort()).toEqual([...files].sort())
  })

  it('writes a PNG of the exact size with something on it', async () => {
    const size = { width: 84, height: 60 }
    await exportRunFigures(order({ formats: ['png'], figures: ['spectrum'], size, dpi: 300 }))
    const png = await readFile(join(directory, 'spectrum-layer-2.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([992, 709]) // 84 and 60 mm at 300 dpi
    expect(coloursOf(png)).toEqual(expect.arrayContaining(['#ffffff', '#d55e00', '#000000']))
  })

  it('names run, spec and version in the SVG unless switched off', async () => {
    const read = () => readFile(join(directory, 'loss.svg'), 'utf8')
    await exportRunFigures(order({ figures: ['loss'] }))
    expect(await read()).toMatch(/run="r-0123456789" system="deep-ufm" spec="[0-9a-f]{64}" version="0\.1\.0"/)
    await exportRunFigures(order({ figures: ['loss'], withMetadata: false }))
    expect(await read()).not.toContain('r-0123456789')
  })

  it('writes the same bytes again', async () => {
    const all = async () => {
      const { files } = await exportRunFigures(order())
      return Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')))
    }
    expect(await all()).toEqual(await all())
  })

  it('reports a figure without data instead of writing an empty one', async () => {
    const { files, skipped } = await exportRunFigures(order({ figures: ['density'], step: 100 }))
    expect(files).toEqual([])
    expect(skipped).toEqual([{ figure: 'density', reason: 'spectral density: nothing measured up to step 100 yet.' }])
  })

  it('keeps a hostile figure id inside the folder', async () => {
    const hostile = { ...detail, figures: [{ ...figures[0]!, id: '../../etc/x' }] }
    const { files } = await exportRunFigures(order({ detail: hostile, formats: ['csv'] }))
    expect(files).toEqual(['etc-x.csv'])
  })

  it('says what to do when the folder cannot be made, and keeps the file in its way', async () => {
    const file = join(directory, 'taken')
    await writeFile(file, 'mine')
    await expect(exportRunFigures(order({ directory: join(file, 'figures') }))).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('choose another folder'),
    })
    expect(await readFile(file, 'utf8')).toBe('mine')
  })

  it('says what to do without write permission', async () => {
    await chmod(directory, 0o555)
    const failing = unprivileged(() => exportRunFigures(order({ directory })))
    await expect(failing).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/EACCES.*may not write there/),
    })
    await chmod(directory, 0o755)
  })
})

/** Distinct colours of a PNG, '#rrggbb'. */
function coloursOf(png: Buffer): string[] {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${png.toString('base64')}"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`
  const { pixels } = new Resvg(svg).render()
  const colours = new Set<string>()
  for (let i = 0; i < pixels.length; i += 4) colours.add(`#${pixels.subarray(i, i + 3).toString('hex')}`)
  return [...colours]
}
