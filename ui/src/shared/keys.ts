import { isMac } from './platform.svelte';

/** What a key does. Returning `false` lets the key through. */
export type KeyAction = (event: KeyboardEvent) => void | boolean;

/**
 * Keys by name: modifiers `mod` (⌘, or Ctrl elsewhere), `ctrl`, `alt`, `shift` in this order, then the key, joined by `+`:
 * `mod+shift+b`, `shift+arrowleft`, `p`, `?`.
 */
export type KeyMap = Record<string, KeyAction>;

const names: Record<string, string> = { ' ': 'space', '+': 'plus' };

/** The name of a pressed key, as a key map has it. */
export function keyName(event: KeyboardEvent): string {
  const parts: string[] = [];
  const mod = isMac() ? event.metaKey : event.ctrlKey;
  if (mod) parts.push('mod');
  if (isMac() && event.ctrlKey) parts.push('ctrl');
  if (event.altKey) parts.push('alt');
  // Letters on non-Latin layouts: the position on the keyboard says which key is meant.
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const latin = event.key.length === 1 && event.key.charCodeAt(0) < 128;
  let key = event.key.toLowerCase();
  if (letter && (!latin || event.altKey)) key = letter.toLowerCase();
  key = names[key] ?? key;
  // For signs like ? the shift is part of the sign.
  const sign = key.length === 1 && !/[a-z0-9]/.test(key);
  if (event.shiftKey && !sign) parts.push('shift');
  parts.push(key);
  return parts.join('+');
}

/** Whether a person is writing: single keys are off there. */
export function isWriting(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target.closest('input, textarea, select, [contenteditable]') : null;
  if (!element) return false;
  if (element instanceof HTMLInputElement)
    return !['button', 'checkbox', 'radio', 'range', 'submit'].includes(element.type);
  return element.getAttribute('contenteditable') !== 'false';
}

const isPlain = (name: string): boolean => !name.startsWith('mod+') && !name.startsWith('alt+') && name !== 'escape';

/**
 * Listens on the window for the keys of a map until the returned function is called. Plain keys are off inside fields
 * and while a dialog is open; held-down keys do not repeat.
 */
export function listenKeys(map: () => KeyMap): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = keyName(event);
    const action = map()[name];
    if (!action) return;
    if (isPlain(name) && (isWriting(event.target) || document.querySelector('[data-modal]'))) return;
    if (event.repeat && !name.includes('arrow') && name !== 'j' && name !== 'k') return;
    if (action(event) !== false) event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

const macSigns: Record<string, string> = { mod: '⌘', shift: '⇧', alt: '⌥', ctrl: '⌃' };
const pcSigns: Record<string, string> = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', ctrl: 'Ctrl' };
const keySigns: Record<string, string> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  enter: '↵',
  space: 'Space',
  escape: 'Esc',
  plus: '+',
};

/** How a key is written on this system: `⌘⇧B`, or `Ctrl Shift B`. Keys apart from each other are joined by a blank. */
export function keyLabel(keys: string): string {
  return keys
    .split(' ')
    .map((name) => {
      const parts = name.split('+').map((part) => {
        const sign = (isMac() ? macSigns : pcSigns)[part] ?? keySigns[part];
        return sign ?? (part.length === 1 ? part.toUpperCase() : part);
      });
      return parts.join(isMac() ? '' : '+');
    })
    .join(' ');
}

/** The same for `aria-keyshortcuts`. */
export function ariaKeys(keys: string): string {
  return keys
    .split('+')
    .map((part) => (part === 'mod' ? (isMac() ? 'Meta' : 'Control') : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('+');
}
