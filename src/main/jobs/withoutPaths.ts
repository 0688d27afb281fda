import type { ErrorData, ErrorDetail } from '#shared/errors'

/**
 * An absolute path of two or more parts, or the address of a file (as in stacks); not a quotient such as σ/n/K, which
 * follows a letter or digit.
 */
const ABSOLUTE_PATH = /(?<![\p{L}\p{N}./])(?:file:\/\/)?(?:\/?[A-Za-z]:)?(?:[\\/][^\\/\s"'`():,;]+){2,}/gu
/** In quotes a path may have spaces. */
const QUOTED_PATH = /(["'`])(?:file:\/\/)?(?:\/?[A-Za-z]:)?[\\/][^"'`\n]*[\\/]([^"'`\\/\n]*)\1/gu

/** The same error with file names in place of absolute paths: views never learn where files lie. */
export function withoutPaths({ code, message, details }: ErrorData): ErrorData {
  const cleaned = Object.entries(details).map(([name, detail]): [string, ErrorDetail] => [name, cleanDetail(detail)])
  return { code, message: cleanPaths(message), details: Object.fromEntries(cleaned) }
}

function cleanDetail(detail: ErrorDetail): ErrorDetail {
  if (typeof detail === 'string') return cleanPaths(detail)
  if (typeof detail !== 'object' || detail === null) return detail
  return detail.map((item) => (typeof item === 'string' ? cleanPaths(item) : item))
}

/** File names in place of absolute paths. */
export function cleanPaths(text: string): string {
  return text.replaceAll(QUOTED_PATH, '$1$2$1').replaceAll(ABSOLUTE_PATH, (path) => path.split(/[\\/]/).at(-1) ?? '')
}
