import { describe, expect, it } from 'vitest';
import { apart, axis, nearest, roundStep, runs, thin } from './plot';

const at = (values: (number | null)[]) => values.map((value, index) => ({ at: index * 1000, value }));

describe('a plot', () => {
  it('has round ticks that reach no further than its top', () => {
    expect(roundStep(0.17)).toBeCloseTo(0.2);
    expect(roundStep(130)).toBe(200);
    for (const largest of [0.0004, 0.6, 4.4, 300, 812, 7e6]) {
      const { top, ticks } = axis(largest);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThan(7);
      expect(ticks.at(-1)).toBeLessThanOrEqual(top * 1.000001);
    }
    expect(axis(0).ticks.length).toBeGreaterThan(1);
  });

  it('never loses a peak when it is thinned', () => {
    const samples = at(Array.from({ length: 10_000 }, (_, index) => (index === 6_123 ? 99 : 1)));
    const kept = thin(samples, 500);
    expect(kept.length).toBeLessThanOrEqual(520);
    expect(Math.max(...kept.map((sample) => sample.value ?? 0))).toBe(99);
  });

  it('leaves gaps as gaps', () => {
    const found = runs(at([1, 2, null, 3, 4]), () => false);
    expect(found.map((run) => run.samples.length)).toEqual([2, 2]);
  });

  it('splits a line where it passes its limit, without a hole', () => {
    const found = runs(at([1, 1, 9, 9, 1]), (value) => value > 5);
    expect(found.map((run) => run.over)).toEqual([false, true, false]);
    expect(found[1]?.samples[0]?.at).toBe(1000);
  });

  it('finds the nearest sample that has a value', () => {
    expect(nearest(at([1, null, 3]), 900)?.value).toBe(1);
    expect(nearest(at([null]), 0)).toBeNull();
  });

  it('moves labels apart, in order and inside', () => {
    const placed = apart([50, 51, 99], 10, 0, 100);
    const [first, second, third] = placed as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(9.99);
    expect(third).toBeLessThanOrEqual(100);
    expect(apart([2, 1], 10, 0, 100)[1]).toBeLessThan(apart([2, 1], 10, 0, 100)[0] ?? 0);
  });
});
