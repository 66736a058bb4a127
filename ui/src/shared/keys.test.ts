import { afterEach, describe, expect, it, vi } from 'vitest';
import { isWriting, keyLabel, keyName, listenKeys } from './keys';
import { setPlatform } from './platform.svelte';

const press = (key: string, options: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });

describe('keys', () => {
  afterEach(() => document.body.replaceChildren());

  it('are named by ⌘ on macOS and by Ctrl elsewhere', () => {
    expect(keyName(press('B', { code: 'KeyB', ctrlKey: true, shiftKey: true }))).toBe('mod+shift+b');
    setPlatform('macos');
    expect(keyName(press('B', { code: 'KeyB', metaKey: true, shiftKey: true }))).toBe('mod+shift+b');
    expect(keyName(press('b', { code: 'KeyB', ctrlKey: true }))).toBe('ctrl+b');
  });

  it('are the same on keyboards with other letters', () => {
    expect(keyName(press('И', { code: 'KeyB', ctrlKey: true, shiftKey: true }))).toBe('mod+shift+b');
    expect(keyName(press('?', { code: 'Slash', shiftKey: true }))).toBe('?');
  });

  it('are written as the system writes them', () => {
    expect(keyLabel('mod+shift+b')).toBe('Ctrl+Shift+B');
    setPlatform('macos');
    expect(keyLabel('mod+shift+b')).toBe('⌘⇧B');
    expect(keyLabel('arrowleft arrowright')).toBe('← →');
  });

  it('are off inside fields if they are plain, and on if they are not', () => {
    const plain = vi.fn();
    const chord = vi.fn();
    const stop = listenKeys(() => ({ p: plain, 'mod+shift+b': chord }));
    const field = document.createElement('textarea');
    document.body.append(field);
    field.dispatchEvent(press('p'));
    field.dispatchEvent(press('B', { code: 'KeyB', ctrlKey: true, shiftKey: true }));
    expect(plain).not.toHaveBeenCalled();
    expect(chord).toHaveBeenCalledOnce();
    document.body.dispatchEvent(press('p'));
    expect(plain).toHaveBeenCalledOnce();
    stop();
    document.body.dispatchEvent(press('p'));
    expect(plain).toHaveBeenCalledOnce();
  });

  it('are off behind a dialog if they are plain', () => {
    const plain = vi.fn();
    const stop = listenKeys(() => ({ p: plain }));
    const dialog = document.createElement('div');
    dialog.dataset.modal = '';
    document.body.append(dialog);
    document.body.dispatchEvent(press('p'));
    expect(plain).not.toHaveBeenCalled();
    stop();
  });

  it('do not fire while a word is being composed', () => {
    const plain = vi.fn();
    const stop = listenKeys(() => ({ p: plain }));
    document.body.dispatchEvent(press('p', { isComposing: true }));
    expect(plain).not.toHaveBeenCalled();
    stop();
  });

  it('know a field from a button', () => {
    const box = document.createElement('input');
    box.type = 'checkbox';
    expect(isWriting(box)).toBe(false);
    expect(isWriting(document.createElement('input'))).toBe(true);
    expect(isWriting(document.createElement('button'))).toBe(false);
  });
});
