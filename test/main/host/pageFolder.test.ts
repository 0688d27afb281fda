import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPageFolder, type PageFolder } from '#main/host/pageFolder'

let outside: string
let pages: PageFolder

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'collapsar-pages-'))
  const root = join(outside, 'renderer')
  await mkdir(join(root, 'assets', 'folder.js'), { recursive: true })
  await writeFile(join(outside, 'secret.js'), 'secret')
  await writeFile(join(outside, 'secret.html'), 'secret')
  await writeFile(join(root, 'index.html'), '<!doctype html>')
  await writeFile(join(root, '.hidden.js'), 'secret')
  await writeFile(join(root, 'notes.txt'), 'secret')
  await writeFile(join(root, 'assets', 'index-B_x1.js'), 'export {}')
  await symlink(join(outside, 'secret.js'), join(root, 'assets', 'link.js'))
  await symlink(outside, join(root, 'up'))
  await symlink('index-B_x1.js', join(root, 'assets', 'inside.js'))
  await symlink('loop.js', join(root, 'assets', 'loop.js'))
  pages = await openPageFolder(root)
})
afterAll(() => rm(outside, { recursive: true }))

describe('page folder', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html', 'text/html; charset=utf-8'],
    ['/assets/index-B_x1.js', 'text/javascript; charset=utf-8'],
    ['/assets/inside.js', 'text/javascript; charset=utf-8'],
  ])('reads %s', async (path, contentType) => {
    expect(await pages.read(path)).toMatchObject({ contentType })
  })

  it.each([
    '',
    '/../secret.js',
    '/assets/../../secret.js',
    '/assets/../index.html',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/..\\secret.js',
    '/..%5csecret.js',
    '/assets%2findex-B_x1.js',
    '//secret.js',
    '/./index.html',
    '/assets/link.js',
    '/up/secret.js',
    '/up/secret.html',
    '/assets/loop.js',
    '/assets/folder.js',
    '/.hidden.js',
    '/notes.txt',
    '/index.html/',
    '/index.html/x.js',
    '/index.html\0.js',
    '/assets',
    'index.html',
    'file:///etc/passwd',
    `/${'a'.repeat(5000)}.js`,
  ])('has no file at %j', async (path) => {
    expect(await pages.read(path)).toBeNull()
  })

  it('never gives what lies outside, whatever is asked', async () => {
    const piece = fc.constantFrom('/', '..', '.', '%2f', '%2e', '\\', 'up', 'secret', '.js', '.html', 'assets', 'link')
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 10 }), async (pieces) => {
        const file = await pages.read(pieces.join(''))
        expect(file?.bytes.toString() ?? '').not.toContain('secret')
      }),
      { numRuns: 1000 },
    )
  })

  it('says how to build the pages when there are none', async () => {
    await expect(openPageFolder(join(outside, 'none'))).rejects.toThrow(/no index\.html.*npm run build/)
    await expect(openPageFolder(outside)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
