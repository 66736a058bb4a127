import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tokens = readFileSync(join(root, 'src/styles/tokens.css'), 'utf8');

/** The tokens of a block, by name. */
function block(start: RegExp): Map<string, string> {
  const from = tokens.search(start);
  const text = tokens.slice(from, tokens.indexOf('}', from));
  return new Map(
    [...text.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((found) => [found[1] ?? '', (found[2] ?? '').trim()]),
  );
}

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const light = block(/:root \{/);
const dark = block(/:root\[data-theme='dark'\]/);
const system = block(/:root:not\(\[data-theme\]\)/);

describe('the styles', () => {
  it('have the same dark values by choice and by the system', () => {
    expect(dark.size).toBeGreaterThan(40);
    expect([...system]).toEqual([...dark]);
  });

  it.each([
    ['ink', 'surface', 4.5],
    ['ink-2', 'surface', 4.5],
    ['ink-3', 'surface', 4.5],
    ['ink-3', 'canvas', 4.5],
    ['on-accent', 'accent', 4.5],
    ['on-bad', 'bad-solid', 4.5],
    ['on-invert', 'invert', 4.5],
    ['ok', 'ok-tint', 4.5],
    ['warn', 'warn-tint', 4.5],
    ['bad', 'bad-tint', 4.5],
    ['bad', 'surface', 4.5],
    ['unsure', 'surface', 4.5],
    ['new', 'surface', 3],
    ['old', 'surface', 3],
    ['line-control', 'surface', 3],
  ])('can be read in both themes: %s on %s', (text, ground, least) => {
    for (const theme of [light, dark]) {
      const [one, other] = [theme.get(`--${text}`), theme.get(`--${ground}`)];
      expect(contrast(one ?? '', other ?? '')).toBeGreaterThanOrEqual(least);
    }
  });

  it('use tokens only: no colour of its own stands in a component', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.svelte'),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const style = /<style>([\s\S]*)<\/style>/.exec(readFileSync(join(root, 'src', file), 'utf8'))?.[1] ?? '';
      expect(style, file).not.toMatch(/#[0-9a-f]{3,8}\b|rgba?\(/i);
    }
  });
});
