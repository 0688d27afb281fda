import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { LabError } from '#shared/errors'

/** The only kinds of file a page is made of. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

/**
 * Names the build gives its files. No percent sign: no encoded slash or dot has to be understood. No segment begins
 * with a dot: neither `..` nor hidden files exist.
 */
const PAGE_PATH = /^(?:\/[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,254}){1,8}$/

export interface PageFile {
  readonly bytes: Buffer<ArrayBuffer>
  readonly contentType: string
}

/** The built renderer as a set of files: what both hosts serve, and nothing beside it. */
export interface PageFolder {
  /** The file at a URL path that nobody has decoded or normalised; null for whatever is not a page's file. */
  read(urlPath: string): Promise<PageFile | null>
}

/** @throws LabError 'unavailable' where the folder holds no built page */
export async function openPageFolder(folder: string): Promise<PageFolder> {
  let root: string
  try {
    root = await realpath(folder)
    await stat(join(root, 'index.html'))
  } catch (cause) {
    throw new LabError(
      'unavailable',
      `The built pages are missing: ${folder} has no index.html. Run "npm run build" and start again.`,
      { folder },
      { cause },
    )
  }
  return { read: (urlPath) => readPage(root, urlPath === '/' ? '/index.html' : urlPath) }
}

async function readPage(root: string, urlPath: string): Promise<PageFile | null> {
  const contentType = CONTENT_TYPES[extname(urlPath)]
  if (contentType === undefined || !PAGE_PATH.test(urlPath)) return null
  try {
    // Links are followed first and judged by where they end.
    const file = await realpath(join(root, urlPath))
    if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return null
    return { bytes: await readFile(file), contentType }
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code))
}
