import type { Language } from './language';

/** Clock time with seconds, as in event lists: `14:02:09`. */
export function clock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Clock time without seconds: `14:02`. */
export function shortClock(at: number): string {
  return clock(at).slice(0, 5);
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** A day as short as it can be: nothing for today, a weekday within six days, else a date; then the time. */
export function dayAndClock(language: Language, at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  const time = new Date(at);
  if (days === 0) return `${language === 'en' ? 'today' : '今天'} ${shortClock(at)}`;
  if (days > 0 && days < 6) {
    const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' }).format(time);
    return `${weekday} ${shortClock(at)}`;
  }
  return day(language, at);
}

/** A day: `19 Nov`, `11月19日`. */
export function day(language: Language, at: number): string {
  const time = new Date(at);
  if (language === 'zh-CN') return `${time.getMonth() + 1}月${time.getDate()}日`;
  return `${time.getDate()} ${new Intl.DateTimeFormat('en', { month: 'short' }).format(time)}`;
}

/** Minutes and seconds: `4:42`; with hours from an hour on. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** A duration in words, with one or two units: `8 s`, `1 min 34 s`, `3 h`. */
export function duration(language: Language, seconds: number): string {
  const units = language === 'en' ? (['s', 'min', 'h', 'd'] as const) : (['秒', '分钟', '小时', '天'] as const);
  if (seconds < 0.95) return `${number(seconds, 1)} ${units[0]}`;
  if (seconds < 10 && Math.round(seconds) !== seconds) return `${number(seconds, 1)} ${units[0]}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} ${units[0]}`;
  if (whole < 3600) {
    const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
    return rest === 0 || minutes >= 10
      ? `${Math.round(whole / 60)} ${units[1]}`
      : `${minutes} ${units[1]} ${rest} ${units[0]}`;
  }
  if (whole < 86_400) {
    const [hours, minutes] = [Math.floor(whole / 3600), Math.round((whole % 3600) / 60)];
    return minutes === 0 || hours >= 10
      ? `${Math.round(whole / 3600)} ${units[2]}`
      : `${hours} ${units[2]} ${minutes} ${units[1]}`;
  }
  return `${Math.round(whole / 86_400)} ${units[3]}`;
}

/** A number with at most so many decimals and thousands apart: `64,700`, `0.12`. */
export function number(value: number, decimals = 0): string {
  return new Intl.NumberFormat('en', { maximumFractionDigits: decimals }).format(value);
}

/** A measured value with as many decimals as help to compare it: 0.11, 4.1, 179. */
export function measured(value: number): string {
  const size = Math.abs(value);
  return number(value, size < 1 ? 2 : size < 10 ? 1 : 0);
}

/** A share in percent: `5%`, `12.5%`, `33.3%`; very small ones keep two decimals. */
export function percent(value: number): string {
  return `${number(value, Math.abs(value) < 1 ? 2 : 1)}%`;
}

/** A size on disk. */
export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let [size, unit] = [value, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${number(size, size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}
