import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { diagnosticsBundle } from '#main/host/diagnostics'
import { openLogFile } from '#main/host/logFile'
import { temporaryFolder } from '../../helpers/projects'
import { runId } from '../../helpers/storeRuns'

describe('the log', () => {
  it('rotates: five files at most, none much larger than asked', () => {
    const folder = join(temporaryFolder(), 'logs')
    const log = openLogFile(folder, 2000)
    for (let line = 0; line < 400; line++) log.write(line % 2 === 0 ? 'info' : 'warning', `line ${line}`)
    expect(readdirSync(folder).sort()).toEqual([
      'collapsar.1.log',
      'collapsar.2.log',
      'collapsar.3.log',
      'collapsar.4.log',
      'collapsar.log',
    ])
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThan(2200)
    expect(log.tail().trimEnd().split('\n').at(-1)).toMatch(/^\[\d{4}-\d\d-\d\d .*\] \[warn\] +line 399$/)
  })
})

describe('the diagnostics bundle', () => {
  it('says what machine it is and what happened, and nothing that a person has made', () => {
    const bundle = diagnosticsBundle({
      version: '1.2.3',
      host: 'loopback',
      blas: {
        choice: 'auto',
        library: null,
        refused: [{ path: '/home/ada/my secret libs/a.so', problem: 'broken' }],
        speed: [],
        advice: null,
      },
      health: {
        fileBytes: 5,
        freeBytes: 0,
        diskBytes: 7,
        largest: [{ runId: runId(1), name: 'secret plan', bytes: 3, isBinned: false }],
        binnedRuns: 0,
        binnedBytes: 0,
        backups: [{ name: 'secret-20261122.clps', bytes: 4, madeAt: 1 }],
        quarantined: [],
      },
      log: [
        '[error] /home/ada/work/secret/run.ts could not be read',
        "[error] ENOENT: no such file or directory, open '/home/ada/Secret Plan/x.clps'",
        '[error] Project "secret": there is a run "secret idea" already.',
        '[error] the lock of secret-20261122.clps is held by ada',
        '    at run (file:///home/ada/collapsar/out/main/worker.js:1:2)',
        '    at the adage of secretaries',
        'it was what (else), not what else',
      ].join('\n'),
      privateNames: ['ada', 'secret', 'what (else)', ''],
    })
    const files = unzipSync(bundle)
    expect(Object.keys(files).sort()).toEqual(['about.json', 'collapsar.log', 'linear-algebra.json', 'project.json'])
    const text = Object.values(files)
      .map((bytes) => strFromU8(bytes))
      .join('\n')
    expect(text).toContain('"version": "1.2.3"')
    expect(text).toContain('run.ts could not be read')
    expect(text).toContain('at run (worker.js:1:2)')
    expect(text).toContain('at the adage of secretaries\nit was …, not what else')
    expect(text).not.toMatch(/\bada\b|\bsecret\b|Secret/)
  })
})
