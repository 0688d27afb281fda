import MarkdownIt, { type Token } from 'markdown-it'
import { h, type VNode } from 'vue'
import { isExternalLink } from '#shared/externalLink'

/** No raw HTML; nothing is linked that was not written as a link. */
const parser = new MarkdownIt('commonmark', { html: false, linkify: false }).enable(['table', 'strikethrough'])

/** The elements that a note may become. Images are not among them: a note must not make the window fetch anything. */
const elements: ReadonlySet<string> = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote em strong s code pre hr br table thead tbody tr th td'.split(' '),
)

type Child = VNode | string

/**
 * Markdown as elements, built one by one from the parsed text: no HTML is ever written or parsed, so nothing in a note
 * can become markup.
 */
export function renderMarkdown(text: string): Child[] {
  return childrenOf(parser.parse(text, {}))
}

function childrenOf(tokens: readonly Token[]): Child[] {
  const stack: { readonly token: Token | null; readonly children: Child[] }[] = [{ token: null, children: [] }]
  for (const token of tokens) {
    if (token.nesting === 1) {
      stack.push({ token, children: [] })
    } else if (token.nesting === -1) {
      const closed = stack.pop()
      if (closed?.token) stack.at(-1)?.children.push(...wrapped(closed.token, closed.children))
    } else {
      stack.at(-1)?.children.push(...leaf(token))
    }
  }
  return stack[0]?.children ?? []
}

function wrapped(token: Token, children: Child[]): Child[] {
  if (token.type === 'link_open') return [link(String(token.attrGet('href') ?? ''), children)]
  // Tight lists hide their paragraphs.
  if (token.hidden || !elements.has(token.tag)) return children
  return [h(token.tag, children)]
}

function leaf(token: Token): Child[] {
  switch (token.type) {
    case 'inline':
      return childrenOf(token.children ?? [])
    case 'code_inline':
      return [h('code', token.content)]
    case 'code_block':
    case 'fence':
      return [h('pre', h('code', token.content))]
    case 'softbreak':
      return [' ']
    case 'hardbreak':
      return [h('br')]
    case 'hr':
      return [h('hr')]
    default:
      // Text, and of an image its description alone.
      return [token.content]
  }
}

/** A click leads to the places that the window lets out to; of other links the address is shown, to be copied. */
function link(href: string, children: Child[]): VNode {
  if (!isExternalLink(href)) return h('span', [...children, ` (${href})`])
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, children)
}
