import { describe, expect, it } from 'vitest'
import { belongsToField, isShortcut, type KeyPress } from '../../src/renderer/composables/keys'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
})

describe('isShortcut', () => {
  it('takes Command for Ctrl, and letters in either case', () => {
    expect(isShortcut(press('k', { ctrlKey: true }), 'Ctrl+K')).toBe(true)
    expect(isShortcut(press('K', { metaKey: true }), 'Ctrl+K')).toBe(true)
    expect(isShortcut(press('k'), 'Ctrl+K')).toBe(false)
    expect(isShortcut(press('k', { ctrlKey: true, altKey: true }), 'Ctrl+K')).toBe(false)
  })
  it('tells Ctrl+Z from Ctrl+Shift+Z, but lets a sign have the Shift that its keyboard needs', () => {
    expect(isShortcut(press('Z', { ctrlKey: true, shiftKey: true }), 'Ctrl+Z')).toBe(false)
    expect(isShortcut(press('Z', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+Z')).toBe(true)
    expect(isShortcut(press('?', { shiftKey: true }), '?')).toBe(true)
  })
})

describe('belongsToField', () => {
  it('leaves letters and its own undo to a text field, and nothing else', () => {
    expect(['?', 'Delete', 'Ctrl+Z'].map(belongsToField)).toEqual([true, true, true])
    expect(['Ctrl+K', 'Alt+1', 'Ctrl+Enter'].map(belongsToField)).toEqual([false, false, false])
  })
})
