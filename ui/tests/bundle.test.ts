import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'slipway-bundle-'));

/** The text of every built file with that ending. */
function texts(ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('the bundle for the window', () => {
  beforeAll(async () => {
    await build({
      root,
      mode: 'production',
      logLevel: 'silent',
      define: { 'import.meta.env.DEV': 'false', 'import.meta.env.VITE_STORY': 'undefined' },
      build: { outDir: folder, emptyOutDir: true },
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has no inline script or style in its page', () => {
    const [page = ''] = texts('.html');
    expect(page).toContain('<script type="module"');
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(page).not.toMatch(/<style|\bstyle=|\bon\w+=/);
  });

  it('makes no style element and evaluates no text while it runs', () => {
    for (const script of texts('.js')) {
      expect(/createElement\(["'`]style["'`]\)/.test(script)).toBe(false);
      expect(/\beval\(|new Function\(/.test(script)).toBe(false);
    }
  });

  it('loads nothing from elsewhere', () => {
    for (const text of [...texts('.css'), ...texts('.html')]) {
      expect(text).not.toMatch(/url\(["']?(https?:|data:|\/\/)/);
      expect(text).not.toMatch(/(src|href)=["'](https?:)?\/\//);
    }
  });

  it('does not contain the told story', () => {
    // A bundle is too long to be printed when it fails.
    expect(texts('.js').some((script) => /R-1284|Mei Lin|Tax rounding/.test(script))).toBe(false);
  });
});
