const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i
const LONGEST = 80

/** A name that every file system takes: ASCII letters, digits, dots inside, dashes; never empty, hidden or reserved. */
export function safeFileName(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, LONGEST)
    .replace(/^[-.]+|[-.]+$/g, '')
  if (plain === '') return 'unnamed'
  return RESERVED.test(plain.split('.')[0] ?? '') ? `_${plain}` : plain
}
