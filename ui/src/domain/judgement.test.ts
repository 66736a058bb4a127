import { describe, expect, it } from 'vitest';
import type { Evidence, Verdict } from '../backend/generated/view';
import { complete, nothing, pastLimit, requests } from '../backend/fake/evidence';
import { en } from '../words/en';
import { zh } from '../words/zh';
import { sidesOf, sidesText } from './judgement';

describe('what speaks for either verdict', () => {
  it('is one sentence in both languages', () => {
    const sides = { healthy: requests('healthy', 0.5), degraded: nothing('degraded') };
    expect(sidesText(en, sides)).toBe('For no worse: 4,500 of about 9,000 requests. For worse: nothing so far.');
    expect(sidesText(zh, sides)).toBe('支持“不劣于”：4,500 个请求，约需 9,000 个。支持“劣化”：尚无。');
  });

  it('says seconds past a limit, all that it takes, and what cannot be told', () => {
    expect(sidesText(en, { healthy: null, degraded: pastLimit(22, 60) })).toBe(
      'For no worse: cannot be told. For worse: 22 of 60 s past the limit.',
    );
    expect(sidesText(zh, { healthy: complete('healthy'), degraded: null })).toBe(
      '支持“不劣于”：已足够。支持“劣化”：无法得知。',
    );
  });

  it('is the nearer side alone in a record from before both were kept', () => {
    const evidence = (towards: Verdict | null): Evidence => ({ ...requests('healthy', 0.4), towards });
    const old = (towards: Verdict | null) => sidesOf({ verdict: 'notEnoughEvidence', evidence: evidence(towards) });
    expect(old('degraded')).toEqual({ healthy: null, degraded: evidence('degraded') });
    expect(old('healthy')).toEqual({ healthy: evidence('healthy'), degraded: null });
    expect(old(null)).toEqual({ healthy: null, degraded: null });
  });
});
