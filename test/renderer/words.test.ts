import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from '@vue/compiler-sfc'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/**
 * English stands in the words files alone, one for each area. Templates are looked through for text, scripts for what
 * reads like a sentence. Messages of errors stay beside the check that makes them.
 */
const root = join(import.meta.dirname, '../../src/renderer')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.(vue|ts)$/.test(path) && !/(^|\/)words\.ts$/.test(path),
)
const spokenAttributes = /^(aria-label|aria-valuetext|title|placeholder|alt|label|text|kept|quiet)$/
/** Not English, though it has spaces: tags and attributes of HTML, fonts, a filter line. */
const technical = /^(p h1 h2 .*|noopener noreferrer|(italic )?(\d+ )?12px "(IBM|DejaVu) .*|id in \()$/
const isText = (text: string) => /\p{L}/u.test(text)
const isSentence = (text: string) => /\p{L}{2,}[,;:.]? \p{L}{2,}/u.test(text) && !technical.test(text)

interface Found {
  readonly line: number
  readonly text: string
}

describe('user-visible English', () => {
  it.each(sources.filter((path) => path.endsWith('.vue')))('is not in the template of %s', (path) => {
    const { descriptor } = parse(readFileSync(join(root, path), 'utf8'))
    const found: Found[] = []
    const { ast } = descriptor.template ?? {}
    if (ast) ast.children.forEach((node) => found.push(...textIn(node)))
    expect(found.map(said(path))).toEqual([])
  })

  it.each(sources)('is not in the script of %s', (path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const { descriptor } = parse(path.endsWith('.vue') ? text : `<script lang="ts">\n${text}</script>`)
    const script = descriptor.scriptSetup ?? descriptor.script
    expect(sentencesIn(script?.content ?? '').map(said(path))).toEqual([])
  })

  it('is found where it hides', () => {
    const template = (html: string) =>
      parse(`<template>${html}</template>`).descriptor.template?.ast?.children.flatMap(textIn) ?? []
    const texts = (html: string) => template(html).map(({ text }) => text)
    expect(texts('<p>Save</p>')).toEqual(['Save'])
    expect(texts('<p title="Save it" class="plain" />')).toEqual(['Save it'])
    expect(texts("<p>{{ isOpen ? 'open' : `shut ${name}` }}</p>")).toEqual(['open', 'shut '])
    expect(texts("<p :aria-label=\"kind === 'curves' ? words.a : 'none'\" />")).toEqual(['none'])
    expect(texts("<p :options=\"[{ value: 'both', label: 'Both' }]\" />")).toEqual(['Both'])
    expect(texts('<p v-if="kind === \'curves\'" :class="{ open }">{{ format(value, \'last\') }} × 3</p>')).toEqual([])
    expect(
      sentencesIn("say('Saved it.'); throw new LabError('shape', 'Too many rows.')").map(({ text }) => text),
    ).toEqual(['Saved it.'])
  })
})

function said(path: string) {
  return ({ line, text }: Found) => `${relative('.', path)}:${line} ${text}`
}

type TemplateNode = NonNullable<
  NonNullable<ReturnType<typeof parse>['descriptor']['template']>['ast']
>['children'][number]

/** Numbers of @vue/compiler-core's NodeTypes, which is a const enum of a package that is not ours to import. */
const kinds = { element: 1, text: 2, interpolation: 5, attribute: 6, directive: 7 } as const

function textIn(node: TemplateNode): Found[] {
  const line = node.loc.start.line
  if (node.type === kinds.text) return isText(node.content) ? [{ line, text: node.content.trim() }] : []
  if (node.type === kinds.interpolation) return spokenIn(node.content.loc.source).map((text) => ({ line, text }))
  if (node.type !== kinds.element) return []
  const attributes = node.props.flatMap((prop): Found[] => {
    const at = prop.loc.start.line
    if (prop.type === kinds.attribute) {
      const text = prop.value?.content ?? ''
      return spokenAttributes.test(prop.name) && isText(text) ? [{ line: at, text }] : []
    }
    const source = prop.exp?.loc.source ?? ''
    const name = prop.arg?.loc.source ?? ''
    const texts = spokenAttributes.test(name) ? spokenIn(source) : labelsIn(source)
    return texts.map((text) => ({ line: at, text }))
  })
  return [...attributes, ...node.children.flatMap(textIn)]
}

function parsed(source: string): ts.SourceFile {
  return ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
}

/** The literals that an expression may come to: not what is compared, called with or looked up. */
function spokenIn(source: string): string[] {
  const [statement] = parsed(`(${source})`).statements
  return statement && ts.isExpressionStatement(statement) ? resultsOf(statement.expression).filter(isText) : []
}
function resultsOf(node: ts.Expression): string[] {
  if (ts.isParenthesizedExpression(node)) return resultsOf(node.expression)
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
  if (ts.isConditionalExpression(node)) return [...resultsOf(node.whenTrue), ...resultsOf(node.whenFalse)]
  if (!ts.isBinaryExpression(node)) return []
  const joins = [
    ts.SyntaxKind.PlusToken,
    ts.SyntaxKind.QuestionQuestionToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.AmpersandAmpersandToken,
  ]
  return joins.includes(node.operatorToken.kind) ? [...resultsOf(node.left), ...resultsOf(node.right)] : []
}

/** Labels of options that are written out in a template. */
function labelsIn(source: string): string[] {
  const labels: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'label') {
      labels.push(...resultsOf(node.initializer).filter(isText))
    }
    ts.forEachChild(node, visit)
  }
  visit(parsed(`(${source})`))
  return labels
}

function sentencesIn(source: string): Found[] {
  const file = parsed(source)
  const found: Found[] = []
  const visit = (node: ts.Node): void => {
    const isError = ts.isNewExpression(node) || ts.isCallExpression(node)
    if (isError && /LabError$|\.addIssue$/.test(node.expression.getText())) return
    const isChunk = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
    if (isChunk && isSentence(node.text)) {
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.text })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
