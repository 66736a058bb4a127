import { signedAxis } from './plot';

/** What a difference lay in at a moment. */
export interface Bound {
  at: number;
  low: number;
  high: number;
  /** From where on it is worse, on this axis. */
  worse: number | null;
}

/** The ends of an axis. */
export interface Axis {
  bottom: number;
  top: number;
}

/** Bounds within a time; nothing that came after a moment. */
export function within(bounds: Bound[], from: number, to: number, moment: number | null): Bound[] {
  return bounds.filter((one) => one.at >= from && one.at <= to && (moment === null || one.at <= moment));
}

/** The axis of a large plot: the first intervals are wide and say little, so it belongs to the second half. */
export function axisOf(shown: Bound[]): Axis {
  const known = shown.slice(Math.floor(shown.length / 2));
  return signedAxis([...known.flatMap((one) => [one.low, one.high]), shown.at(-1)?.worse ?? 0, 0]);
}

/**
 * The axis of a small plot: "no difference" and "worth stopping for" stand well apart, whatever the interval is. What is
 * further away than some times the effect is drawn at the edge.
 */
export function smallAxis(shown: Bound[]): Axis {
  const last = shown.at(-1);
  const worse = last?.worse ?? null;
  if (!last || worse === null || worse === 0) return axisOf(shown);
  // In parts of the effect, so that worse is up or down as the signal has it.
  const [a, b] = [last.low / worse, last.high / worse];
  const far = Math.min(4, Math.max(2, a, b) * 1.1);
  const near = Math.max(-2, Math.min(-1, a, b) * 1.1);
  return worse > 0 ? { bottom: near * worse, top: far * worse } : { bottom: far * worse, top: near * worse };
}

/** A place in a time, in percent from its beginning. */
export function along(from: number, to: number, at: number): number {
  return ((at - from) / Math.max(1, to - from)) * 100;
}

/** A place on the axis, in percent from the top. */
export function height(axis: Axis, value: number): number {
  const inside = Math.min(Math.max(value, axis.bottom), axis.top);
  return ((axis.top - inside) / (axis.top - axis.bottom)) * 100;
}
