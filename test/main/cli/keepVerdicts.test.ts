import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keepVerdicts } from '#main/cli/keepVerdicts'
import { systemClock } from '#main/store/clock'
import { openProject } from '#main/store/openProject'
import { temporaryFolder } from '../../helpers/projects'

const verdict = { id: '01.C7', title: 'Closed forms', source: 'a paper', holds: true, checks: [] }
const defaultProject = () => join(temporaryFolder(), 'project.clps')

describe('verdicts that need no run', () => {
  it('are kept in the project that is named, where the Library reads them', () => {
    const path = defaultProject()
    expect(keepVerdicts({ defaultProject: '' }, path, 'deep-ufm', [verdict])).toContain('kept in project.clps')
    expect(keepVerdicts({ defaultProject: '' }, path, 'deep-ufm', [{ ...verdict, holds: false }])).toContain('kept')
    const project = openProject(path, { clock: systemClock, readOnly: true })
    expect(project.claims.latest('deep-ufm')).toEqual({ '01.C7': false })
    project.close()
  })

  it('make no project of themselves, but are kept in the one of the workbench', () => {
    const path = defaultProject()
    expect(keepVerdicts({ defaultProject: path }, null, 'deep-ufm', [verdict])).toBe('')
    expect(existsSync(path)).toBe(false)
    openProject(path, { clock: systemClock }).close()
    expect(keepVerdicts({ defaultProject: path }, null, 'deep-ufm', [verdict])).toContain('kept in project.clps')
  })

  it('say why they are not kept while another process has the project open', () => {
    const path = defaultProject()
    const project = openProject(path, { clock: systemClock })
    const said = keepVerdicts({ defaultProject: path }, null, 'deep-ufm', [verdict])
    expect(said).toMatch(/^The verdicts were not kept in project\.clps: .*project\.clps.*open/)
    expect(project.claims.latest('deep-ufm')).toEqual({})
    project.close()
  })
})
