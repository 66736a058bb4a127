import { describe, expect, it } from 'vitest';
import { picture, tellings } from '../backend/fake/story';
import { drawWay, heightOf } from './way';

const draw = (telling: keyof typeof tellings) => {
  const live = picture(tellings[telling]);
  return drawWay({
    phases: live.phases,
    shares: live.shares,
    startedAt: live.head.startedAt,
    now: live.now,
    endedAt: live.head.endedAt,
  });
};
const numbers = (path: string): number[] => (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

describe('the way', () => {
  it('keeps small shares visible and everything in order', () => {
    expect(heightOf(0)).toBe(100);
    expect(heightOf(100)).toBe(0);
    expect(heightOf(5)).toBeLessThan(90);
    const heights = [1, 5, 25, 50, 99, 100].map(heightOf);
    expect([...heights].sort((a, b) => b - a)).toEqual(heights);
  });

  it.each(Object.keys(tellings) as (keyof typeof tellings)[])('stays inside its frame: %s', (telling) => {
    const way = draw(telling);
    for (const path of [way.plan, way.planArea, way.actual, way.actualArea, way.harm, way.harmArea]) {
      for (const value of numbers(path)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(100);
      }
      expect(path).not.toContain('NaN');
    }
  });

  it('shows harm in its own colour and falls to the ground when it is rolled back', () => {
    const way = draw('rolledBack');
    expect(way.harm).not.toBe('');
    expect(numbers(way.harm).at(-1)).toBe(100);
    expect(draw('healthy').harm).toBe('');
  });

  it('has a gate at the end of each phase, and a failed one where it failed', () => {
    const live = picture(tellings.degraded);
    const way = draw('degraded');
    expect(way.gates).toHaveLength(live.phases.length);
    expect(way.gates[2]?.x).toBeCloseTo(way.now ?? 0, 1);
  });

  it('moves what is to come when a phase lasts longer than planned', () => {
    const live = picture(tellings.waiting);
    const late = drawWay({
      phases: live.phases,
      shares: live.shares,
      startedAt: live.head.startedAt,
      now: live.now + 600_000,
    });
    expect(late.labels[3]?.x).toBeGreaterThanOrEqual(late.now ?? 101);
  });

  it('draws nothing from nothing', () => {
    const way = drawWay({ phases: [], shares: [], startedAt: 0, now: 0 });
    expect(way.plan).toBe('');
    expect(way.actual).toBe('');
  });
});
