import type { Reporter, TestModule, TestSuite } from 'vitest/node'
import { goldenFolder } from './goldenFiles'

/** Prints, per golden file, how many cases ran and passed, and which kinds nothing checks yet. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules.flatMap((module) => [...module.children.suites()])
    const lines = files.filter((file) => file.name.endsWith('.json')).flatMap(summaryOf)
    if (lines.length === 0) lines.push(`NOTHING WAS CHECKED. Golden files are looked for in ${goldenFolder()}.`)
    process.stdout.write(`\nGolden files\n${lines.map((line) => `  ${line}\n`).join('')}`)
  }
}

function summaryOf(file: TestSuite): string[] {
  const kinds = [...file.children.suites()].map((kind) => {
    const states = [...kind.children.tests()].map((test) => test.result().state)
    const count = (state: string) => states.filter((candidate) => candidate === state).length
    return { name: kind.name, cases: states.length, passed: count('passed'), failed: count('failed') }
  })
  const total = (field: 'cases' | 'passed' | 'failed') => kinds.reduce((sum, kind) => sum + kind[field], 0)
  const ran = total('passed') + total('failed')
  const missing = kinds.filter((kind) => kind.passed + kind.failed === 0)
  const list = missing.map((kind) => `${kind.name} (${kind.cases})`).join(', ')
  return [
    `${file.name}: ${ran} of ${total('cases')} cases ran, ${total('passed')} passed, ${total('failed')} failed`,
    ...(missing.length > 0 ? [`  not supported yet: ${list}`] : []),
  ]
}
