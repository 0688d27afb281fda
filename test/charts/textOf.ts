/** The words of a picture in the order drawn; a formula's pieces follow each other as its letters do. */
export function textOf(svg: string): string {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, words]) => words).join('')
}
