import type { Capsule, EventLine, Judgement, Pods, Stage } from '../backend/generated/view';

/** Everything that held at one moment of a release. */
export interface Frame {
  at: number;
  stage: Stage | null;
  phase: number;
  judgement: Judgement | null;
  pods: Pods | null;
  share: number;
  /** What had happened by then, newest first. */
  events: EventLine[];
}

/** The last entry that is not after a moment. Entries are in order of time. */
export function lastUntil<Entry extends { at: number }>(entries: Entry[], moment: number): Entry | null {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.at ?? Infinity) <= moment) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1] ?? null;
}

/** A release as it stood at a moment. */
export function frameAt(capsule: Capsule, moment: number): Frame {
  const stage = lastUntil(capsule.stages, moment);
  return {
    at: moment,
    stage: stage?.stage ?? null,
    phase: stage?.phase ?? 0,
    judgement: lastUntil(capsule.judgements, moment)?.judgement ?? null,
    pods: lastUntil(capsule.pods, moment)?.pods ?? null,
    share: lastUntil(capsule.shares, moment)?.share ?? 0,
    events: capsule.events.filter((line) => line.at <= moment).reverse(),
  };
}

/** From the first to the last moment that is on record. */
export function span(capsule: Capsule): { from: number; to: number } {
  const times = [
    capsule.head.startedAt,
    capsule.head.endedAt ?? 0,
    ...capsule.events.map((line) => line.at),
    ...capsule.shares.map((step) => step.at),
    ...capsule.signals.flatMap((signal) => signal.series.flatMap((series) => series.samples.at(-1)?.at ?? [])),
  ].filter((at) => at >= capsule.head.startedAt);
  const to = Math.max(...times);
  return { from: capsule.head.startedAt, to: Math.max(to, capsule.head.startedAt + 1000) };
}

/** The moment of the next event, or of the one before; stays where it is when there is none. */
export function eventMoment(capsule: Capsule, moment: number, direction: 1 | -1): number {
  const { from, to } = span(capsule);
  const times = capsule.events.map((line) => Math.min(Math.max(line.at, from), to)).sort((a, b) => a - b);
  const next = direction === 1 ? times.find((at) => at > moment) : times.findLast((at) => at < moment);
  return next ?? moment;
}

/** The part of a release that the charts show: nearly half of it, around the moment. */
export function windowAt(from: number, to: number, moment: number): { from: number; to: number } {
  const whole = to - from;
  if (whole <= 300_000) return { from, to };
  const width = Math.max(300_000, whole * 0.45);
  const right = Math.min(to, Math.max(moment + width * 0.18, from + width));
  return { from: right - width, to: right };
}
