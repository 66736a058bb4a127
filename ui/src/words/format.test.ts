import { describe, expect, it } from 'vitest';
import { bytes, dayAndClock, duration, measured, percent, shortClock, stopwatch } from './format';

const at = (month: number, day: number, hour = 14, minute = 2) =>
  new Date(2026, month - 1, day, hour, minute, 9).getTime();

describe('numbers and times', () => {
  it('are durations with one or two units', () => {
    expect([0.4, 5.9, 8, 42, 94, 112, 1080, 4200, 90_000].map((seconds) => duration('en', seconds))).toEqual([
      '0.4 s',
      '5.9 s',
      '8 s',
      '42 s',
      '1 min 34 s',
      '1 min 52 s',
      '18 min',
      '1 h 10 min',
      '1 d',
    ]);
    expect(duration('zh-CN', 94)).toBe('1 分钟 34 秒');
  });

  it('are stopwatches', () => {
    expect([0, 282, 390, 3723].map(stopwatch)).toEqual(['0:00', '4:42', '6:30', '1:02:03']);
    expect(stopwatch(-4)).toBe('0:00');
  });

  it('are days as people say them', () => {
    const now = at(11, 19, 16);
    expect(dayAndClock('en', at(11, 19), now)).toBe('today 14:02');
    expect(dayAndClock('zh-CN', at(11, 19), now)).toBe('今天 14:02');
    expect(dayAndClock('en', at(11, 18), now)).toBe('Wed 14:02');
    expect(dayAndClock('en', at(11, 9), now)).toBe('9 Nov');
    expect(dayAndClock('zh-CN', at(11, 9), now)).toBe('11月9日');
    expect(shortClock(at(1, 2, 3, 4))).toBe('03:04');
  });

  it('have as many decimals as help to compare them', () => {
    expect([0.111, 4.123, 178.6, 64_700].map(measured)).toEqual(['0.11', '4.1', '179', '64,700']);
    expect([5, 12.5, 33.33].map(percent)).toEqual(['5%', '12.5%', '33.3%']);
    expect(bytes(41_200_000)).toBe('41 MB');
  });
});
