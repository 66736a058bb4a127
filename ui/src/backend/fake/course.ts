import type { Course, Judgement, Signal } from '../generated/view';
import { startedAt } from './checkout';

/** What the judge knew of a signal of the story, moment by moment: intervals that narrow as requests come. The story is `seconds` old. */
export function courseOf(seconds: number, signal: Signal, judgement: Judgement): Course {
  const now = judgement.verdict?.signals.find((one) => one.signal === signal.spec.id);
  const [stable, canary] = signal.series;
  if (!now || !stable || !canary || signal.spec.role === 'context')
    return { intervalOf: null, bounds: [], changes: [] };
  const effect = signal.spec.rule.againstStable?.absolute ?? null;
  const bounds: Course['bounds'] = [];
  let [seen, sum] = [0, 0];
  for (const [index, sample] of effect === null ? [] : canary.samples.entries()) {
    const before = stable.samples[index]?.value ?? null;
    if (sample.value === null || before === null) continue;
    seen += 1;
    sum += sample.value - before;
    // The newest samples say more than the mean of all, as the judge begins anew in each phase.
    const middle = seen < 12 ? sum / seen : (sample.value - before) * 0.5 + (sum / seen) * 0.5;
    const half = ((effect ?? 0) * 4) / Math.sqrt(seen);
    bounds.push({ at: sample.at, low: middle - half, high: middle + half, effect });
  }
  const verdict = now.verdict;
  const changes: Course['changes'] = [
    {
      at: startedAt + 6000,
      verdict: 'notEnoughEvidence',
      reason: { code: 'collecting', have: 120, need: 9000 },
      evidence: { fraction: 0.01, towards: null, have: 120, need: 9000, needed: 'requests' },
    },
  ];
  if (verdict !== 'notEnoughEvidence') {
    const at = verdict === 'degraded' ? judgement.since : Math.min(startedAt + 156_000, startedAt + seconds * 1000);
    changes.push({ at, verdict, reason: now.reason, evidence: now.evidence });
  }
  return { intervalOf: bounds.length > 0 ? { type: 'difference' } : null, bounds, changes };
}
