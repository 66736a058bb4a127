import { describe, expect, it } from 'vitest';
import { en } from './en';
import { zh } from './zh';

type Tree = { [key: string]: unknown };

/** Every word by its path. */
function paths(tree: Tree, prefix = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? paths(value as Tree, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value] as [string, unknown]],
  );
}

describe('the words', () => {
  const english = paths(en);
  const chinese = new Map(paths(zh));

  it('are the same ones in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual(english.map(([path]) => path).sort());
  });

  it('are of the same kind in both languages, and none is empty', () => {
    for (const [path, word] of english) {
      expect(typeof chinese.get(path), path).toBe(typeof word);
      if (typeof word === 'string') {
        expect(word.trim(), path).not.toBe('');
        expect(String(chinese.get(path)).trim(), path).not.toBe('');
      }
    }
  });

  it('are translated', () => {
    const same = english.filter(
      ([path, word]) => typeof word === 'string' && /[a-z]{4}/.test(word) && chinese.get(path) === word,
    );
    const latin =
      /^(Slipway|Prometheus|Kubernetes|kubectl|PromQL|English|简体中文|YAML|OpenTelemetry.*|Pod|CPU|Service|Triton|KServe|https:.*|shop, payments)$/;
    expect(same.filter(([, word]) => !latin.test(String(word)))).toEqual([]);
  });

  it('use full-width punctuation between Chinese words', () => {
    for (const [path, word] of chinese) {
      if (typeof word === 'string') expect(word, path).not.toMatch(/[一-鿿][,;:?!](\s|[一-鿿])/);
    }
  });

  it('never call a button OK or Yes', () => {
    for (const [path, word] of english) if (typeof word === 'string') expect(word, path).not.toMatch(/^(ok|yes)$/i);
  });
});
