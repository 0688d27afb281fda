import { describe, expect, it } from 'vitest'
import { seriesOption, type SeriesInput } from '#charts/seriesOption'
import { themes } from '#charts/theme'
import { normaliseSvg, toSvg } from '#charts/toSvg'

const input: SeriesInput = {
  curves: [
    {
      label: '<script>alert(1)</script>',
      name: 'first',
      steps: Float64Array.of(0, 1, 10),
      values: Float64Array.of(1, 0.5, 0.1),
      colour: { by: 'group', index: 0 },
    },
    {
      label: 'second & last',
      name: 'second',
      steps: Float64Array.of(0, 1, 10),
      values: Float64Array.of(0.9, 0.4, 0.2),
      colour: { by: 'group', index: 1 },
    },
  ],
  yTitle: 'loss (dimensionless)',
  yScale: 'log',
  predicted: [{ value: 0.1, label: 'L*' }],
  currentStep: null,
}
const size = { width: 84, height: 60, theme: 'print' } as const
const metadata = {
  title: 'Loss "A" < B',
  description: 'step 10',
  provenance: { run: 'r-0123456789', spec: 'abc', version: '0.1.0' },
}
const draw = () => toSvg(seriesOption(input, themes.print).option, size)

describe('toSvg', () => {
  it('gives the same text for the same figure, however many were drawn before', () => {
    const first = draw()
    expect(draw()).toBe(first)
    expect(first).not.toMatch(/zr\d|ecmeta/)
  })

  it('has the asked size at 96 px per inch', () => {
    const root = /<svg width="([^"]+)" height="([^"]+)"/.exec(draw())
    expect(Number(root?.[1])).toBeCloseTo((84 / 25.4) * 96, 6)
    expect(Number(root?.[2])).toBeCloseTo((60 / 25.4) * 96, 6)
  })

  it('escapes the words of people and carries no script', () => {
    const svg = draw()
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;')
    expect(svg).toContain('second &amp; last')
  })

  it('names its origin, or leaves it out', () => {
    const { option } = seriesOption(input, themes.print)
    const svg = toSvg(option, size, metadata)
    expect(svg).toContain('<title>Loss &quot;A&quot; &lt; B</title>')
    expect(svg).toContain('run="r-0123456789" spec="abc" version="0.1.0"/>')
    expect(toSvg(option, size)).not.toContain('r-0123456789')
  })

  it('names the bundled font', () => {
    expect(draw()).toContain('IBM Plex Sans')
  })
})

describe('normaliseSvg', () => {
  const svg = (chart: number, text: string) =>
    `<g id="zr${chart}-c0" clip-path="url(#zr${chart}-c0)"><text>${text}</text></g>`

  it('touches ids and references, never what a reader sees', () => {
    const [, id] = /id="(figure-[0-9a-f]{8}-c0)"/.exec(normaliseSvg(svg(7, 'zr7-c0'))) ?? []
    expect(normaliseSvg(svg(7, 'zr7-c0'))).toBe(`<g id="${id}" clip-path="url(#${id})"><text>zr7-c0</text></g>`)
  })

  it('gives equal pictures equal ids and different pictures different ones', () => {
    expect(normaliseSvg(svg(1, 'a'))).toBe(normaliseSvg(svg(2, 'a')))
    const idOf = (text: string) => /id="([^"]+)"/.exec(normaliseSvg(svg(1, text)))?.[1]
    expect(idOf('a')).not.toBe(idOf('b'))
  })
})

it('normaliseSvg leaves only characters that XML allows', () => {
  expect(normaliseSvg('<text>a\u0000b\ud800\n</text>')).toBe('<text>a\ufffdb\ufffd\n</text>')
})
