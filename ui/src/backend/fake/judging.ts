import type { Judgement, Signal, SignalVerdict } from '../generated/view';
import { phaseTimes } from './checkout';
import { complete, nothing, ofRelease, pastLimit, requests } from './evidence';
import { lastOf } from './samples';
import { at, degradedFrom, outcomeAt, type Script } from './script';

/** What the judge says. */
export function judge(script: Script, signals: Signal[], phase: number): Judgement {
  const outcome = outcomeAt(script, script.now);
  const since = script.now - (phaseTimes[phase]?.[0] ?? 0);
  const part = Math.min(0.99, since / 150);
  const verdicts: SignalVerdict[] = signals.map(({ spec, series }) => {
    const canary = lastOf(series, 'canary');
    const stable = lastOf(series, 'stable');
    const limit = spec.rule.limit?.value ?? null;
    const base = {
      signal: spec.id,
      role: spec.role,
      basis: 'concurrent' as const,
      canary,
      stable,
      interval:
        canary !== null && stable !== null && spec.rule.againstStable
          ? ([canary - stable - 0.002, canary - stable + 0.002] as [number, number])
          : null,
      intervalOf: { type: 'difference' as const },
      effect: spec.rule.againstStable?.absolute ?? null,
      overdispersion: 1,
      expectedSeconds: null,
      newestMs: at(script.now),
      evidence: complete('healthy'),
      sides: { healthy: complete('healthy'), degraded: nothing('degraded') },
    };
    if (spec.role === 'context') return { ...base, verdict: 'notEnoughEvidence', reason: { code: 'context' } };
    const value = canary ?? 0;
    const bad = {
      evidence: complete('degraded'),
      sides: { healthy: nothing('healthy'), degraded: complete('degraded') },
    };
    if (outcome === 'degraded' && spec.id === 'errors' && limit !== null) {
      return { ...base, verdict: 'degraded', reason: { code: 'overLimit', value, limit, seconds: 41 }, ...bad };
    }
    if (outcome === 'degraded' && spec.id === 'latency-p95' && limit !== null) {
      const sure = script.rollback !== undefined;
      return sure
        ? {
            ...base,
            verdict: 'degraded',
            reason: { code: 'worseThanStable', canary: value, stable: stable ?? 0, effect: 0.05 },
            ...bad,
          }
        : {
            ...base,
            verdict: 'notEnoughEvidence',
            reason: { code: 'nearLimit', value, limit, seconds: 22, allowedSeconds: 60 },
            evidence: pastLimit(22, 60),
            sides: { healthy: nothing('healthy'), degraded: pastLimit(22, 60) },
          };
    }
    if (spec.id === 'cpu' && limit !== null)
      return {
        ...base,
        verdict: 'healthy',
        reason: { code: 'withinLimit', value, limit },
        sides: { healthy: complete('healthy'), degraded: pastLimit(0, 60) },
      };
    if (since < 150) {
      return {
        ...base,
        verdict: 'notEnoughEvidence',
        reason: { code: 'collecting', have: Math.round(part * 9000), need: 9000 },
        expectedSeconds: 150 - since,
        evidence: requests('healthy', part),
        sides: {
          healthy: requests('healthy', spec.id === 'errors' ? part : part * 0.8),
          degraded: spec.id === 'errors' ? nothing('degraded') : requests('degraded', 0.14),
        },
      };
    }
    return {
      ...base,
      verdict: 'healthy',
      reason: { code: 'noWorse', canary: value, stable: stable ?? 0, effect: 0.005 },
    };
  });
  const failing = verdicts.filter((one) => one.verdict === 'degraded');
  const waiting = verdicts.filter((one) => one.verdict === 'notEnoughEvidence' && one.role !== 'context');
  const first = failing[0] ?? waiting[0];
  return {
    outcome,
    since: at(outcome === 'degraded' ? degradedFrom(script) : (phaseTimes[phase]?.[0] ?? 0)),
    readiness: 'healthy',
    verdict: {
      verdict: outcome,
      signals: verdicts,
      failing: failing.map((one) => one.signal),
      waiting: waiting.map((one) => one.signal),
      sides: ofRelease(
        verdicts.flatMap((one) => (one.role === 'context' ? [] : (one.sides ?? []))),
        outcome,
      ),
      sentence:
        failing[0] && first
          ? { code: 'failing', signal: first.signal, reason: first.reason }
          : first
            ? {
                code: 'waitingFor',
                signal: first.signal,
                reason: first.reason,
                expectedSeconds: Math.max(0, 150 - since),
                others: waiting.length - 1,
              }
            : { code: 'allHealthy', signals: 3 },
      newestMs: at(script.now),
    },
  };
}
