import type { LiveRelease } from '../backend/generated/view';
import type { Words } from '../words/index.svelte';
import { signalFormat, signalName } from './signals';

/** What the judge says in one sentence. Empty where nothing is to be added to the verdict's word. */
export function saidSentence(w: Words, live: LiveRelease): string {
  const sentence = live.judgement.verdict?.sentence;
  if (!sentence) return '';
  if (sentence.code === 'allHealthy') return '';
  if (sentence.code === 'nothingToJudge') return w.health.nothingToJudge;
  const signal = live.signals.find((one) => one.spec.id === sentence.signal);
  if (!signal) return '';
  const say = w.reasons.judged[sentence.reason.code] as (facts: unknown, context: unknown) => string;
  const why = say(sentence.reason, signalFormat(w, signal.spec));
  return w.health.about(signalName(w, signal.spec), why);
}
