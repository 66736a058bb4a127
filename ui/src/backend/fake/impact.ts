import type { Impact, Signal } from '../generated/view';
import { lastOf } from './samples';
import { stepSeconds, type Script } from './script';

/** What users met. */
export function impactOf(script: Script, signals: Signal[]): Impact | null {
  if (script.badFrom === undefined) return null;
  const errors = signals[0]?.series.find((one) => one.arm === 'canary')?.samples ?? [];
  const rates = signals[2]?.series.find((one) => one.arm === 'canary')?.samples ?? [];
  const worst = errors.reduce((top, one) => ((one.value ?? 0) > (top?.value ?? 0) ? one : top), errors[0]);
  const failed = errors.reduce((sum, one, i) => sum + (one.value ?? 0) * (rates[i]?.value ?? 0) * stepSeconds, 0);
  const bad = errors.filter((one) => (one.value ?? 0) > 0.005);
  const running = !script.rollback || script.now < script.rollback.at;
  return {
    failingPerSecond: running
      ? (lastOf(signals[0]?.series ?? [], 'canary') ?? 0) * (lastOf(signals[2]?.series ?? [], 'canary') ?? 0)
      : 0,
    failedRequests: failed,
    canaryRequests: rates.reduce((sum, one) => sum + (one.value ?? 0) * stepSeconds, 0),
    worstErrorRatio: worst?.value ?? null,
    worstAt: worst?.at ?? null,
    firstBadAt: bad[0]?.at ?? null,
    lastBadAt: bad.at(-1)?.at ?? null,
    podTrouble: [{ code: 'podsRestarted', count: 2, of: 6 }],
  };
}
