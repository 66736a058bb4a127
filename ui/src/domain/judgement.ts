import type { Judgement, LiveRelease, Signal, SignalVerdict } from '../backend/generated/view';
import { number, type Words } from '../words/index.svelte';
import { signalFormat, signalName } from './signals';

/** What is known about the health, in one sentence. Empty where nothing is to be added to the verdict's word. */
export function judgementSentence(w: Words, judgement: Judgement, signals: Signal[]): string {
  const { readiness, verdict } = judgement;
  const judged = verdict?.verdict ?? 'notEnoughEvidence';
  if (readiness === 'degraded' && judged !== 'degraded') return w.health.crashes;
  if (readiness === 'notEnoughEvidence' && judged === 'healthy') return w.health.notReady;
  const sentence = verdict?.sentence;
  if (!sentence || sentence.code === 'allHealthy') return '';
  if (sentence.code === 'nothingToJudge') return w.health.nothingToJudge;
  const signal = signals.find((one) => one.spec.id === sentence.signal);
  if (!signal) return '';
  const say = w.reasons.judged[sentence.reason.code] as (facts: unknown, context: unknown) => string;
  return w.health.about(signalName(w, signal.spec), say(sentence.reason, signalFormat(w, signal.spec)));
}

/** The same for a release as it is now. */
export function saidSentence(w: Words, live: LiveRelease): string {
  return judgementSentence(w, live.judgement, live.signals);
}

/** How much evidence there is of what it takes, and for what: never how sure anything is. */
export function evidenceText(w: Words, verdict: SignalVerdict): string {
  const { fraction, have, need, needed, towards } = verdict.evidence;
  const counted = needed === 'requests' || needed === 'looks' || needed === 'seconds';
  const has = counted
    ? w.health.evidenceHas[needed](number(have), number(need))
    : w.health.evidenceHas.part(`${number(fraction * 100)}%`);
  const direction =
    verdict.verdict === 'notEnoughEvidence' && towards && towards !== 'notEnoughEvidence'
      ? w.health.towards[towards]
      : '';
  return direction ? `${has}, ${direction}` : has;
}
