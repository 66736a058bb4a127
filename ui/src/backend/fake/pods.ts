import type { PodDot, Pods, Said, ShareStep } from '../generated/view';
import { shareAt } from './phases';
import { at, type Script } from './script';

/** The pods of both arms. */
export function podsOf(script: Script, steps: ShareStep[]): Pods {
  const share = shareAt(steps, at(script.now));
  const canary = script.completed ? 12 : share >= 100 ? 12 : share >= 50 ? 6 : share >= 25 ? 3 : share > 0 ? 1 : 0;
  const stable = script.completed || share >= 100 ? 0 : 12;
  const oom: Said = { code: 'containerEnded', reason: 'OOMKilled', exitCode: 137 };
  const failing = script.badFrom !== undefined && script.now > script.badFrom + 10 && canary > 2 ? 2 : 0;
  const dots = (label: string, count: number, sick: number): PodDot[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `checkout-${label}-${index.toString(36).padStart(5, 'x')}`,
      state: index >= count - sick ? 'restarting' : 'ready',
      restarts: index >= count - sick ? 2 : 0,
      trouble: index >= count - sick ? oom : null,
    }));
  return {
    ready: stable + canary - failing,
    total: stable + canary,
    wanted: 12,
    restarts: failing * 2,
    arms: [
      { arm: 'stable', pods: dots('5d9', stable, 0) },
      { arm: 'canary', pods: dots('7fc', canary, failing) },
    ],
  };
}
