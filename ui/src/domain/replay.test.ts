import { describe, expect, it } from 'vitest';
import { recordOf } from '../backend/fake/record';
import { eventMoment, frameAt, lastUntil, span, windowAt } from './replay';

const capsule = recordOf('R-1284')!;

describe('a replay', () => {
  it('finds what held at a moment: the last entry not after it', () => {
    const entries = [{ at: 10 }, { at: 20 }, { at: 20 }, { at: 30 }];
    expect(lastUntil(entries, 5)).toBeNull();
    expect(lastUntil(entries, 10)).toBe(entries[0]);
    expect(lastUntil(entries, 25)).toBe(entries[2]);
    expect(lastUntil(entries, 99)).toBe(entries[3]);
    expect(lastUntil([], 1)).toBeNull();
  });

  it('shows nothing of what came later', () => {
    const { from, to } = span(capsule);
    const middle = from + (to - from) * 0.5;
    const frame = frameAt(capsule, middle);
    expect(frame.events.every((line) => line.at <= middle)).toBe(true);
    expect(frame.share).toBe(25);
    expect(frame.stage?.stage).toBe('baking');
    expect(frameAt(capsule, to).share).toBe(0);
    expect(frameAt(capsule, to).stage?.stage).toBe('rolledBack');
  });

  it('steps from event to event and stays at the ends', () => {
    const { from, to } = span(capsule);
    let moment = from;
    const visited = [moment];
    for (let step = 0; step < 100; step++) {
      const next = eventMoment(capsule, moment, 1);
      if (next === moment) break;
      expect(next).toBeGreaterThan(moment);
      visited.push((moment = next));
    }
    expect(visited.length).toBeGreaterThan(5);
    expect(eventMoment(capsule, moment, 1)).toBe(moment);
    expect(eventMoment(capsule, from, -1)).toBe(from);
    expect(moment).toBeLessThanOrEqual(to);
  });

  it('always has the moment inside the part that the charts show', () => {
    for (let share = 0; share <= 1; share += 0.05) {
      const moment = share * 3_600_000;
      const shown = windowAt(0, 3_600_000, moment);
      expect(shown.from).toBeLessThanOrEqual(moment);
      expect(shown.to).toBeGreaterThanOrEqual(moment);
      expect(shown.from).toBeGreaterThanOrEqual(0);
      expect(shown.to).toBeLessThanOrEqual(3_600_000);
    }
  });
});
