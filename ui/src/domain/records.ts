import type { EventLine, RecordKind, Said, Sentence, Signal } from '../backend/generated/view';
import type { GlyphKind } from '../shared/Glyph.svelte';
import type { IconName } from '../shared/icons';
import type { Words } from '../words/index.svelte';
import { signalFormat, signalName } from './signals';

/** What a line says and why. */
export interface LineText {
  title: string;
  why: string;
}

/** The words for what the backend has the window say. What the judge says is worded with its signals. */
export function saidText(w: Words, said: Said, signals: Signal[] = []): string {
  if (said.code === 'judged') return sentenceText(w, said.sentence, signals);
  return (w.said[said.code] as (facts: Said) => string)(said);
}

/** The judge's sentence in words. */
export function sentenceText(w: Words, sentence: Sentence, signals: Signal[]): string {
  if (sentence.code === 'allHealthy') return w.health.allHealthy(sentence.signals);
  if (sentence.code === 'nothingToJudge') return w.health.nothingToJudge;
  const signal = signals.find((one) => one.spec.id === sentence.signal);
  const name = signal ? signalName(w, signal.spec) : sentence.signal;
  const format = signal ? signalFormat(w, signal.spec) : { value: String };
  const say = w.reasons.judged[sentence.reason.code] as (facts: unknown, context: unknown) => string;
  const text = w.health.about(name, say(sentence.reason, format));
  return sentence.code === 'waitingFor' && sentence.others > 0 ? w.health.andOthers(text, sentence.others) : text;
}

/** The words for a line of a release's record. */
export function recordText(w: Words, record: RecordKind, phase: number, version: string): LineText {
  type Any = (facts: RecordKind, context: { version: string; phase: number }) => string;
  const context = { version, phase: phase + 1 };
  const title = (w.records.what[record.code] as Any)(record, context);
  const why = (w.records.why[record.code] as Any)(record, context);
  return { title, why };
}

/** The words for one line of the event list. */
export function lineText(w: Words, line: EventLine, version: string, signals: Signal[]): LineText {
  const text = bare(w, line, version, signals);
  const why = line.reason ? saidText(w, line.reason, signals) : text.why;
  const person = line.by?.name;
  if (!person) return { ...text, why };
  return { ...text, why: why ? w.records.says(person, why) : w.records.by(person) };
}

function bare(w: Words, line: EventLine, version: string, signals: Signal[]): LineText {
  switch (line.what.kind) {
    case 'record':
      return recordText(w, line.what.value, line.phase, version);
    case 'said':
      return { title: saidText(w, line.what.value), why: '' };
    case 'check':
      return { title: saidText(w, line.what.value.said), why: '' };
    case 'verdict': {
      const sentence = line.what.value;
      if (sentence.code === 'allHealthy') return { title: w.health.outcome.healthy, why: '' };
      if (sentence.code === 'nothingToJudge') return { title: w.health.nothingToJudge, why: '' };
      const signal = signals.find((one) => one.spec.id === sentence.signal);
      const name = signal ? signalName(w, signal.spec) : sentence.signal;
      const format = signal ? signalFormat(w, signal.spec) : { value: String };
      const why = (w.reasons.judged[sentence.reason.code] as (facts: unknown, context: unknown) => string)(
        sentence.reason,
        format,
      );
      if (sentence.code === 'failing') return { title: w.health.outcome.degraded, why: w.health.about(name, why) };
      return { title: w.health.waitsFor(name, sentence.others), why };
    }
  }
}

/** A command and what it did are one thing to a reader: where both are on record, only what it did is shown. */
const follows: Partial<Record<string, string>> = {
  rollBack: 'rollbackStarted',
  hold: 'held',
  resume: 'resumed',
  promote: 'promotionStarted',
};

/** The lines that are shown, in the order in which they came. */
export function shownLines(lines: EventLine[]): EventLine[] {
  const together = 2000;
  return lines.filter((line) => {
    if (line.what.kind !== 'record' || line.what.value.code !== 'commanded') return true;
    const done = follows[line.what.value.command.command];
    if (done === undefined) return true;
    return !lines.some(
      (other) =>
        other.what.kind === 'record' && other.what.value.code === done && Math.abs(other.at - line.at) <= together,
    );
  });
}

/** The mark before a line: a status shape or an icon. */
export function lineMark(line: EventLine): { glyph: GlyphKind } | { icon: IconName; tone: string } {
  const { what } = line;
  if (what.kind === 'check') {
    return {
      glyph: what.value.state === 'failed' ? 'degraded' : what.value.state === 'warning' ? 'warning' : 'healthy',
    };
  }
  if (what.kind === 'verdict') {
    const glyph = {
      failing: 'degraded',
      allHealthy: 'healthy',
      waitingFor: 'unsure',
      nothingToJudge: 'unsure',
    } as const;
    return { glyph: glyph[what.value.code] };
  }
  if (what.kind === 'said') {
    switch (what.value.code) {
      case 'podsReady':
        return { icon: 'box', tone: 'soft' };
      case 'podsRestarted':
      case 'containerEnded':
      case 'podTrouble':
      case 'workloadTrouble':
        return { glyph: 'degraded' };
      case 'configChanged':
        return { glyph: 'warning' };
      case 'gatePassed':
        return { glyph: 'gatePassed' };
      case 'contactChanged':
        return { icon: what.value.state === 'live' ? 'signal' : 'offline', tone: 'soft' };
      default:
        return { icon: 'info', tone: 'soft' };
    }
  }
  switch (what.value.code) {
    case 'preflightPassed':
      return { icon: 'check', tone: 'soft' };
    case 'preflightFailed':
      return { glyph: 'warning' };
    case 'phaseStarted':
      return { icon: 'up', tone: 'tone-accent' };
    case 'shareReached':
      return { icon: 'stairs', tone: 'soft' };
    case 'phasePassed':
      return { glyph: 'gatePassed' };
    case 'bakeExtended':
      return { icon: 'clock', tone: 'soft' };
    case 'healthChanged':
      return {
        glyph: { healthy: 'healthy', degraded: 'degraded', notEnoughEvidence: 'unsure' }[what.value.to] as GlyphKind,
      };
    case 'promotionStarted':
      return { icon: 'up', tone: 'tone-accent' };
    case 'completed':
      return { glyph: 'healthy' };
    case 'held':
      return { glyph: 'held' };
    case 'resumed':
      return { icon: 'play', tone: 'tone-accent' };
    case 'rollbackStarted':
      return { icon: 'undo', tone: 'tone-bad' };
    case 'rolledBack':
      return { glyph: 'rolledBack' };
    case 'takenOver':
      return { icon: 'handOver', tone: 'tone-accent' };
    case 'rollbackTrouble':
    case 'exceeded':
    case 'foreignChange':
      return { glyph: 'warning' };
    case 'commanded':
      return what.value.command.command === 'start'
        ? { icon: 'play', tone: 'tone-accent' }
        : { icon: 'user', tone: 'soft' };
  }
}
