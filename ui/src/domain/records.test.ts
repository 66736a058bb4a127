import { describe, expect, it } from 'vitest';
import { mei } from '../backend/fake/checkout';
import { picture, tellings, type Telling } from '../backend/fake/story';
import type { EventLine, RecordKind } from '../backend/generated/view';
import { en } from '../words/en';
import { zh } from '../words/zh';
import { judgementSentence } from './judgement';
import { lineMark, lineText, shownLines } from './records';

const line = (seq: number, at: number, value: RecordKind): EventLine => ({
  seq,
  at,
  what: { kind: 'record', value },
  reason: null,
  by: mei,
  phase: 0,
});
const asked = (command: 'rollBack' | 'hold' | 'start'): RecordKind => ({
  code: 'commanded',
  command:
    command === 'rollBack'
      ? { command, target: { kind: 'before' }, reason: '' }
      : command === 'hold'
        ? { command, reason: '' }
        : { command },
});
const began: RecordKind = { code: 'rollbackStarted', target: { kind: 'before' }, automatic: false, reason: '' };

describe('the lines of a record', () => {
  it('tell a command and what it did as one thing', () => {
    expect(shownLines([line(1, 1000, asked('rollBack')), line(2, 1000, began)]).map((one) => one.seq)).toEqual([2]);
  });

  it('keep a command that did nothing else', () => {
    expect(shownLines([line(1, 1000, asked('rollBack'))])).toHaveLength(1);
    expect(shownLines([line(1, 1000, asked('hold')), line(2, 60_000, began)])).toHaveLength(2);
    expect(shownLines([line(1, 1000, asked('start'))])).toHaveLength(1);
  });

  it('say who did it and why', () => {
    const live = picture(tellings.healthy);
    const start = live.events.at(-2);
    expect(start && lineText(en, start, '2.15.0', live.signals)).toEqual({
      title: 'Started',
      why: 'Mei Lin: “Tax rounding fix, CHK-2291”',
    });
  });

  it.each(Object.keys(tellings) as Telling[])('have words and a mark in both languages: %s', (telling) => {
    const live = picture(tellings[telling]);
    for (const event of live.events) {
      for (const words of [en, zh]) expect(lineText(words, event, '2.15.0', live.signals).title).not.toBe('');
      expect(lineMark(event)).toBeTruthy();
    }
  });
});

describe('the sentence beside a verdict', () => {
  const live = picture(tellings.healthy);

  it('says nothing more when all is well', () => {
    expect(judgementSentence(en, live.judgement, live.signals)).toBe('');
  });

  it('gives the comparison when it is not', () => {
    const bad = picture(tellings.rollingBack);
    expect(judgementSentence(en, bad.judgement, bad.signals)).toMatch(/^Error rate: \d.*%, the limit is 0\.5%$/);
    expect(judgementSentence(zh, bad.judgement, bad.signals)).toMatch(/^错误率：.*上限/);
  });

  it('says that pods are what is missing when the judge is content', () => {
    const waiting = {
      ...live.judgement,
      outcome: 'notEnoughEvidence' as const,
      readiness: 'notEnoughEvidence' as const,
    };
    expect(judgementSentence(en, waiting, live.signals)).toBe('Pods of the new version are not all ready yet');
    const crashing = { ...live.judgement, outcome: 'degraded' as const, readiness: 'degraded' as const };
    expect(judgementSentence(en, crashing, live.signals)).toBe('Pods of the new version fail');
  });
});
