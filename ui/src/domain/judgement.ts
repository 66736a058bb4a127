import type {
  Evidence,
  Judgement,
  LiveRelease,
  ReleaseVerdict,
  Sides,
  Signal,
  Verdict,
} from '../backend/generated/view';
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

/** What speaks for either verdict. A record from before both were kept tells only the nearer one. */
export function sidesOf(of: { verdict: Verdict; evidence: Evidence; sides?: Sides }): Sides {
  if (of.sides) return of.sides;
  const known = of.verdict === 'notEnoughEvidence' ? of.evidence.towards : of.verdict;
  return {
    healthy: known === 'healthy' ? of.evidence : null,
    degraded: known === 'degraded' ? of.evidence : null,
  };
}

/** The same for a whole release: the least that a required signal has decides for healthy, the most for degraded. */
export function releaseSides(verdict: ReleaseVerdict): Sides | null {
  if (verdict.sides) return verdict.sides;
  const known = verdict.signals.filter((one) => one.role === 'critical' || one.role === 'required').map(sidesOf);
  if (known.length === 0) return null;
  const by = (a: Evidence, b: Evidence): number => a.fraction - b.fraction;
  const healthy = known.map((one) => one.healthy);
  const degraded = known.flatMap((one) => one.degraded ?? []).sort(by);
  return {
    healthy: healthy.includes(null) ? null : (healthy.filter((one) => one !== null).sort(by)[0] ?? null),
    degraded: degraded.at(-1) ?? null,
  };
}

/** How much there is of what one verdict takes: never how sure anything is. */
export function sideText(w: Words, side: Evidence | null): string {
  const { has } = w.health;
  if (side === null) return has.unknown;
  if (side.fraction >= 1) return has.all;
  if (side.fraction <= 0) return has.nothing;
  const { needed } = side;
  return needed === 'requests' || needed === 'looks' || needed === 'seconds'
    ? has[needed](number(side.have), number(side.need))
    : has.part(`${number(side.fraction * 100)}%`);
}

/** One sentence with what speaks for "no worse" and what speaks for "worse". */
export function sidesText(w: Words, sides: Sides): string {
  return w.health.speaksFor(sideText(w, sides.healthy), sideText(w, sides.degraded));
}
