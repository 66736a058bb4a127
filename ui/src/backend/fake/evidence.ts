import type { Evidence, Sides, Verdict } from '../generated/view';

/** All that a verdict takes. */
export function complete(towards: Verdict): Evidence {
  return { fraction: 1, towards, have: 1, need: 1, needed: 'nothing' };
}

/** Part of what a verdict takes, in requests. */
export function requests(towards: Verdict, fraction: number): Evidence {
  return { fraction, towards, have: Math.round(fraction * 9000), need: 9000, needed: 'requests' };
}

/** Seconds past a limit. */
export function pastLimit(have: number, need: number): Evidence {
  return { fraction: have / need, towards: 'degraded', have, need, needed: 'seconds' };
}

/** Nothing, where nobody can say how much it takes. */
export function nothing(towards: Verdict): Evidence {
  return { fraction: 0, towards, have: 0, need: 4.6, needed: 'logEvidence' };
}

/** What decides for a whole release: the least for healthy, the most for degraded. */
export function ofRelease(all: Sides[], verdict: Verdict): Sides {
  const by = (a: Evidence, b: Evidence): number => a.fraction - b.fraction;
  const least = all.flatMap((one) => one.healthy ?? []).sort(by)[0] ?? null;
  const most =
    all
      .flatMap((one) => one.degraded ?? [])
      .sort(by)
      .at(-1) ?? null;
  return {
    healthy: verdict === 'healthy' ? complete('healthy') : least,
    degraded: verdict === 'degraded' ? complete('degraded') : most,
  };
}
