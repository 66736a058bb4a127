import type { Sample, ShareStep, Signal } from '../generated/view';
import { smoothNoise } from './noise';
import { shareAt } from './phases';
import { at, stepSeconds, type Script } from './script';

/** The samples of both arms. */
export function samples(script: Script, id: string, steps: ShareStep[]): Signal['series'] {
  const stop = Math.min(script.now, script.lostAt ?? Infinity);
  const stable: Sample[] = [];
  const canary: Sample[] = [];
  for (let seconds = 0, index = 0; seconds <= stop; seconds += stepSeconds, index++) {
    const share = shareAt(steps, at(seconds)) / 100;
    const bad =
      script.badFrom !== undefined && seconds > script.badFrom ? Math.min(1, (seconds - script.badFrom) / 75) : 0;
    const gone = script.rollback !== undefined && seconds > script.rollback.at;
    const push = (into: Sample[], value: number | null, spread: number): void => {
      into.push({
        at: at(seconds),
        value,
        low: value === null ? null : Math.max(0, value - spread),
        high: value === null ? null : value + spread,
      });
    };
    const n = smoothNoise;
    if (id === 'errors') {
      push(stable, 0.0012 + n(1, index) * 0.0003, 0.0001);
      push(canary, gone ? null : 0.0011 + n(2, index) * 0.0004 + bad * bad * 0.041, 0.0003);
    } else if (id === 'latency-p95') {
      push(stable, 0.184 + n(3, index) * 0.008, 0.003);
      push(canary, gone ? null : 0.179 + n(4, index) * 0.01 + bad * 0.56, 0.008);
    } else if (id === 'requests') {
      const all = 752 + n(5, index) * 20;
      push(stable, all * (1 - share), 0);
      push(canary, gone ? null : all * share, 0);
    } else {
      push(stable, 0.58 - share * 0.12 + n(6, index) * 0.02, 0.01);
      push(canary, gone ? null : 0.46 + share * 0.3 + n(7, index) * 0.03, 0.02);
    }
  }
  return [
    { arm: 'stable', samples: stable },
    { arm: 'canary', samples: canary },
  ];
}

/** The newest value of an arm. */
export const lastOf = (series: Signal['series'], arm: 'stable' | 'canary'): number | null =>
  series.find((one) => one.arm === arm)?.samples.findLast((sample) => sample.value !== null)?.value ?? null;
