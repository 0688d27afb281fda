import { setPlatformAPI } from 'echarts/core'

/** Advance widths of the shipped fonts in parts of the letter size: IBM Plex Sans, and DejaVu Sans for what it lacks. */
const ADVANCES: readonly (readonly [width: number, characters: string])[] = [
  [0.147, '⁄'],
  [0.236, '  '],
  [0.242, "'′"],
  [0.25, 'ij'],
  [0.272, ',.l'],
  [0.284, '!'],
  [0.292, ':;'],
  [0.295, 'ι'],
  [0.314, '|'],
  [0.317, '[]'],
  [0.324, 'f'],
  [0.326, '·'],
  [0.335, '()⁷₇'],
  [0.343, '{}'],
  [0.346, '²³⁴₂₃₄'],
  [0.348, '⁵₅'],
  [0.351, 't'],
  [0.359, '¹⁶⁹₁₆₉'],
  [0.367, 'r'],
  [0.376, '⁸₈'],
  [0.378, '⁰₀'],
  [0.383, '/\\'],
  [0.385, 'ᵀ'],
  [0.399, '-'],
  [0.4, 'I'],
  [0.419, '"″'],
  [0.428, 'ζ'],
  [0.45, '*'],
  [0.456, 'ξ'],
  [0.464, 'z'],
  [0.468, '°'],
  [0.477, '?τ'],
  [0.487, 's'],
  [0.492, 'v'],
  [0.496, 'χ'],
  [0.499, 'yΓ'],
  [0.5, '‖∥'],
  [0.501, 'L'],
  [0.502, 'γ'],
  [0.503, 'c'],
  [0.504, '∑'],
  [0.507, 'x'],
  [0.509, 'λ'],
  [0.51, 'J'],
  [0.511, 'ν'],
  [0.518, 'ε'],
  [0.527, 'kκ'],
  [0.528, 'g⁻⁺'],
  [0.534, 'a'],
  [0.549, 'e'],
  [0.552, 'ρ'],
  [0.559, 'F'],
  [0.56, 'oδ'],
  [0.562, 'θ'],
  [0.565, '_'],
  [0.568, 'hnuυ'],
  [0.569, 'Σ'],
  [0.572, 'T'],
  [0.573, 'µη'],
  [0.578, 'μ'],
  [0.58, 'Zbdpq'],
  [0.581, 'S'],
  [0.583, 'Eσ'],
  [0.584, 'Ξβ'],
  [0.588, '–'],
  [0.591, '∂'],
  [0.593, 'Y'],
  [0.598, '$'],
  [0.6, '+0123456789<=>^`~±×÷√≈≠≤≥−'],
  [0.606, 'P'],
  [0.609, 'V'],
  [0.613, 'X'],
  [0.621, 'C'],
  [0.622, 'π'],
  [0.626, '∘'],
  [0.629, 'Λ'],
  [0.634, 'K'],
  [0.64, 'R'],
  [0.641, 'A'],
  [0.643, 'Δ'],
  [0.644, 'α'],
  [0.653, 'B'],
  [0.66, 'ϕ'],
  [0.669, '∇'],
  [0.671, 'D'],
  [0.678, 'U'],
  [0.693, 'Π'],
  [0.694, '&'],
  [0.695, 'G'],
  [0.706, '∏'],
  [0.707, 'HN'],
  [0.708, 'OQΘ'],
  [0.713, '#'],
  [0.715, 'φ'],
  [0.716, 'Ω'],
  [0.726, 'ψ'],
  [0.736, 'ω'],
  [0.74, '∞'],
  [0.768, 'w'],
  [0.78, '—'],
  [0.79, 'Ψ'],
  [0.792, 'ℝ'],
  [0.803, '…'],
  [0.812, 'M'],
  [0.82, '←→↑↓'],
  [0.838, '∼∗⊗'],
  [0.852, 'Φ'],
  [0.871, '∈⊥'],
  [0.873, 'm'],
  [0.891, '@W'],
  [0.896, '∠'],
  [0.927, '%'],
  [1.047, '≪≫'],
]
const advanceOf = new Map(ADVANCES.flatMap(([width, characters]) => [...characters].map((c) => [c, width] as const)))
/** Characters outside the table: accents stand over their letter, East Asian signs fill a square. */
const [AVERAGE, SQUARE, FIRST_SQUARE] = [0.56, 1, '\u2e80']

/** Width of a line of text in px. Rough only for characters outside the table. */
export function lineWidth(text: string, size: number): number {
  let width = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    width += advanceOf.get(character) ?? (character >= FIRST_SQUARE ? SQUARE : AVERAGE)
  }
  return width * size
}

/**
 * Makes ECharts measure text by this table, on screen as in a process without fonts: pieces of a formula stand where
 * they belong in every export, and a picture does not depend on when the page's fonts were loaded.
 */
export function measureWithShippedFonts(): void {
  setPlatformAPI({ measureText: (text, font) => ({ width: lineWidth(text, sizeOf(font)) }) })
}

function sizeOf(font: string | undefined): number {
  return Number(/([\d.]+)px/.exec(font ?? '')?.[1] ?? 12)
}
