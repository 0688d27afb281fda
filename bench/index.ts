import { parseArgs } from 'node:util'
import type { Benchmark, Figure } from './benchmark'
import { chains } from './chains'
import { compare } from './compare'
import { conv } from './conv'
import { factorisation } from './factorisation'
import { garbage } from './garbage'
import { hessian } from './hessian'
import { hvp } from './hvp'
import { replicas } from './replicas'
import { spectra } from './spectra'
import { sweep } from './sweep'
import { sweepChanges } from './sweepChanges'
import { train } from './train'
import { workbench } from './workbench'

const benchmarks: readonly Benchmark[] = [
  train,
  hvp,
  hessian,
  spectra,
  conv,
  chains,
  replicas,
  sweep,
  sweepChanges,
  factorisation,
  garbage,
  compare,
  workbench,
]

/** What of a case names its line in words. */
const NAMED: ReadonlySet<string> = new Set([
  'L',
  'd',
  'K',
  'n',
  'layers',
  'P',
  'batch',
  'program',
  'dtype',
  'blas',
  'runs',
  'points',
  'N',
  'quantity',
  'grouping',
])

// Whoever reads the pipe may leave early; then there is nobody left to measure for.
process.stdout.on('error', () => process.exit())

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, peers: { type: 'boolean', default: false } },
})
const chosen = benchmarks.find((benchmark) => benchmark.name === positionals[0])
if (!chosen || positionals.length !== 1) {
  const list = benchmarks.map(({ name, summary }) => `  ${name}  ${summary}`).join('\n')
  process.stderr.write(
    `bench: name one of\n${list}\nwith --json for one JSON object a line, --peers to measure peers too.\n`,
  )
  process.exitCode = 2
} else {
  await chosen.run({
    ...values,
    emit: (figure) => process.stdout.write(`${values.json ? JSON.stringify(figure) : inWords(figure)}\n`),
    say: (line) => process.stderr.write(`${line}\n`),
  })
}

function inWords({ case: one, metric, value }: Figure): string {
  const place = Object.entries(one)
    .filter(([key]) => NAMED.has(key))
    .map(([key, given]) => `${key}=${String(given).replace(/ \(.*/, '')}`)
    .join(' ')
  return `${place.padEnd(58)} ${metric.padEnd(40)} ${value >= 100 ? Math.round(value) : value.toPrecision(3)}`
}
