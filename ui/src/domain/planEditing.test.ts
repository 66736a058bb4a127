import { describe, expect, it } from 'vitest';
import { possibleShares } from '../backend/fake/draft';
import { phases } from '../backend/fake/checkout';
import type { Plan } from '../backend/generated/view';
import {
  duplicatePhase,
  isPossible,
  nearestPossible,
  phaseWidths,
  snapBake,
  snapShare,
  stepBake,
  stepShare,
  toggleGate,
  withBake,
} from './planEditing';
import { heightOf, shareAtHeight } from './way';

const plan: Plan = {
  phases,
  surgeLimit: 25,
  progressLimitSeconds: 600,
  acceptLessCapacity: false,
  onExcess: 'rollBack',
  automaticRollback: true,
};
const grows = (one: Plan): boolean =>
  one.phases.every((phase, at) => at === 0 || phase.share > (one.phases[at - 1]?.share ?? 0));

describe('a plan that is edited', () => {
  it('snaps a dragged corner to a possible share between its neighbours, wherever it is dragged to', () => {
    for (const pods of [1, 2, 3, 7, 12, 20, 100]) {
      const possible = possibleShares(pods, Math.max(1, Math.ceil(pods / 4)));
      for (let wanted = -20; wanted <= 130; wanted += 7) {
        for (let index = 0; index < phases.length; index++) {
          const share = snapShare(plan, index, wanted, possible);
          const changed = { ...plan, phases: phases.map((one, at) => (at === index ? { ...one, share } : one)) };
          expect(grows(changed)).toBe(true);
          expect(share === phases[index]?.share || possible.includes(share)).toBe(true);
        }
      }
    }
  });

  it('offers the possible shares next to one that is not', () => {
    expect(nearestPossible(7, [5, 9.09, 10])).toEqual([5, 9.09]);
    expect(nearestPossible(3, [5, 10])).toEqual([5]);
    expect(isPossible(100, [5])).toBe(true);
    expect(isPossible(7, [5, 10])).toBe(false);
  });

  it('comes back to where it was by a key up and a key down', () => {
    const possible = possibleShares(20, 5);
    const up = stepShare(plan, 1, true, possible);
    expect(up).toBeGreaterThan(25);
    const moved = { ...plan, phases: phases.map((one, at) => (at === 1 ? { ...one, share: up } : one)) };
    expect(stepShare(moved, 1, false, possible)).toBe(25);
    for (const seconds of [0, 30, 570, 600, 660, 3600, 3900, 21_600])
      expect(stepBake(stepBake(seconds, true), false)).toBe(seconds);
    expect(stepBake(0, false)).toBe(0);
  });

  it('never drags a bake below nothing', () => {
    expect(snapBake(-500)).toBe(0);
    expect(snapBake(44)).toBe(30);
    expect(snapBake(1234)).toBe(1260);
  });

  it('keeps the longest bake at or above the bake', () => {
    for (const seconds of [0, 30, 600, 90_000]) {
      for (const phase of phases) {
        const { bakeMaximumSeconds } = withBake(phase, seconds);
        expect(bakeMaximumSeconds).toBeGreaterThanOrEqual(seconds);
      }
    }
  });

  it('duplicates a phase only where a share fits between', () => {
    const possible = possibleShares(20, 5);
    for (let index = 0; index < phases.length; index++) {
      const copied = duplicatePhase(plan, index, possible);
      expect(copied.phases).toHaveLength(5);
      expect(grows(copied)).toBe(true);
    }
    const tight = { ...plan, phases: phases.slice(3) };
    expect(duplicatePhase(tight, 0, [100])).toBe(tight);
  });

  it('keeps the gates in one order however they are toggled', () => {
    const without = toggleGate(plan, 2, 'readiness');
    expect(without.phases[2]?.gates).toEqual(['verdict', 'approval']);
    expect(toggleGate(without, 2, 'readiness').phases[2]?.gates).toEqual(['readiness', 'verdict', 'approval']);
  });

  it('draws widths that fill the drawing, none too small to grab', () => {
    for (const bakes of [[1, 1, 1, 100_000], [0, 0, 0, 0], [0, 600, 600, 600], [60]]) {
      const some = { ...plan, phases: bakes.map((bakeSeconds) => ({ ...phases[0]!, bakeSeconds })) };
      const widths = phaseWidths(some, 10);
      expect(widths.reduce((sum, one) => sum + one, 0)).toBeCloseTo(100, 6);
      expect(Math.min(...widths)).toBeGreaterThanOrEqual(Math.min(10, 100 / bakes.length) - 1e-6);
    }
  });

  it('finds the share of a height again', () => {
    for (const share of [0, 1, 5, 25, 50, 99, 100]) expect(shareAtHeight(heightOf(share))).toBeCloseTo(share, 9);
  });
});
