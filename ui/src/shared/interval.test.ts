import { describe, expect, it } from 'vitest';
import { height, smallAxis, within, type Bound } from './interval';

const bound = (at: number, low: number, high: number, worse: number | null = 0.5): Bound => ({ at, low, high, worse });

/** Where the two lines stand, in percent from the top. */
const lines = (bounds: Bound[]): [number, number] => {
  const axis = smallAxis(bounds);
  return [height(axis, 0), height(axis, bounds.at(-1)?.worse ?? 0)];
};

describe('the axis of a small interval plot', () => {
  it.each([
    ['while nothing is known', bound(1, -40, 60)],
    ['when it is narrow', bound(1, -0.01, 0.02)],
    ['when it is far beyond what is worth stopping for', bound(1, 9, 12)],
  ])('keeps no difference and worth stopping for apart %s', (_, last) => {
    const [zero, worse] = lines([last]);
    expect(zero - worse).toBeGreaterThan(15);
  });

  it('has worse below no difference where lower is worse', () => {
    const [zero, worse] = lines([bound(1, -0.1, 0.2, -0.5)]);
    expect(worse - zero).toBeGreaterThan(15);
  });

  it('draws what is past its ends at its ends', () => {
    const axis = smallAxis([bound(1, 9, 12)]);
    expect(height(axis, 12)).toBe(0);
    expect(height(axis, -99)).toBe(100);
  });
});

describe('what an interval plot shows', () => {
  it('is nothing from outside of its time, nor from after the moment that is looked at', () => {
    const all = [1, 2, 3, 4].map((at) => bound(at, -1, 1));
    expect(within(all, 2, 4, null).map((one) => one.at)).toEqual([2, 3, 4]);
    expect(within(all, 2, 4, 3).map((one) => one.at)).toEqual([2, 3]);
  });
});
