/** Where a link may lead out of the workbench: to citations, in the system's browser, after a click. */
const HOSTS: ReadonlySet<string> = new Set(['arxiv.org', 'doi.org'])

export function isExternalLink(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === 'https:' && HOSTS.has(parsed.host)
}
