import type { PhaseTrack, ShareStep } from '../backend/generated/view';

/** A point of the drawing, both from 0 (left, top) to 100 (right, bottom). */
export interface Point {
  x: number;
  y: number;
}

/** How high a share stands, from 100 (nothing) to 0 (everything). Eased, so that 5 % stays visible. */
export function heightOf(share: number): number {
  return 100 - 100 * Math.pow(Math.min(Math.max(share, 0), 100) / 100, 0.6);
}

/** The share that stands at a height: the other way round. */
export function shareAtHeight(y: number): number {
  return 100 * Math.pow(Math.min(Math.max(100 - y, 0), 100) / 100, 1 / 0.6);
}

/** A label at a step. */
export interface WayLabel extends Point {
  phase: number;
}

/** The way: plan, progress and memory in one drawing. Width is time, height is share. */
export interface Way {
  /** The planned steps as a line. */
  plan: string;
  /** The same, closed: the ground under what is to come. */
  planArea: string;
  /** What was reached without harm, closed. */
  actualArea: string;
  /** Its upper edge. */
  actual: string;
  /** What was reached while users were harmed, closed. */
  harmArea: string;
  /** Its upper edge. */
  harm: string;
  /** Where each phase begins. */
  labels: WayLabel[];
  /** Where each phase ends: its gates. */
  gates: WayLabel[];
  /** Where now is; `null` if it lies outside. */
  now: number | null;
  from: number;
  to: number;
}

const round = (value: number): number => Math.round(value * 100) / 100;
const line = (points: Point[]): string => points.map((p, i) => `${i ? 'L' : 'M'}${round(p.x)} ${round(p.y)}`).join('');

interface Input {
  phases: PhaseTrack[];
  shares: ShareStep[];
  startedAt: number;
  now: number;
  /** When it was over. The drawing ends there for the actual part. */
  endedAt?: number | null;
  /** Leave room at the right for the last gate, in percent of the width. */
  room?: number;
}

/** Whether a phase did not pass: a gate failed in it, or it was rolled back from here. */
export function hasFailed(phase: PhaseTrack): boolean {
  return phase.state === 'failed' || phase.gates.some((gate) => gate.state === 'failed');
}

/** Draws a way. Phases stand where they really began, else where they are planned to. */
export function drawWay({ phases, shares, startedAt, now, endedAt = null, room = 4 }: Input): Way {
  // A phase that lasts longer than planned moves everything that is still to come.
  const open =
    endedAt === null ? phases.findLast((phase) => phase.startedAt !== null && phase.endedAt === null) : undefined;
  const late = open ? Math.max(0, now - open.plannedEnd) : 0;
  const begin = (phase: PhaseTrack): number => phase.startedAt ?? phase.plannedStart + late;
  const end = (phase: PhaseTrack): number =>
    phase.endedAt ?? (phase === open || phase.startedAt === null ? phase.plannedEnd + late : phase.plannedEnd);
  const gateAt = (phase: PhaseTrack): number => (hasFailed(phase) ? Math.min(end(phase), now) : end(phase));
  const last = phases.at(-1);
  const stop = endedAt ?? now;
  const from = Math.min(startedAt, phases[0] ? begin(phases[0]) : startedAt);
  const planned = Math.max(last ? end(last) : stop, ...phases.map(end));
  const to = Math.max(from + 1000, Math.max(planned, stop) + ((Math.max(planned, stop) - from) * room) / (100 - room));
  const x = (at: number): number => (Math.min(Math.max(at, from), to) - from) / ((to - from) / 100);

  const steps: Point[] = [];
  let before = 100;
  for (const phase of phases) {
    const left = x(begin(phase));
    const y = heightOf(phase.share);
    steps.push({ x: left, y: before }, { x: left, y });
    before = y;
  }
  const right = x(Math.max(last ? end(last) : stop, planned));
  if (steps.length > 0) steps.push({ x: right, y: before }, { x: right, y: 100 });

  const good: Point[][] = [];
  const bad: Point[][] = [];
  let previousY = 100;
  shares.forEach((step, index) => {
    if (step.at > stop) return;
    const until = Math.min(shares[index + 1]?.at ?? stop, stop);
    const y = heightOf(step.share);
    const [left, rightEdge] = [x(step.at), x(until)];
    const into = step.harm ? bad : good;
    const run = into.at(-1);
    const joins = index > 0 && shares[index - 1]?.harm === step.harm && run !== undefined;
    if (step.share <= 0 && index > 0) {
      // Back at nothing: the edge falls where it happened.
      const fallen = shares[index - 1]?.harm ? bad.at(-1) : good.at(-1);
      fallen?.push({ x: left, y: 100 });
      previousY = 100;
      return;
    }
    const begun: Point[] = [
      { x: left, y: previousY },
      { x: left, y },
    ];
    if (joins) run.push(...begun, { x: rightEdge, y });
    else into.push([...begun, { x: rightEdge, y }]);
    previousY = y;
  });
  const closed = (runs: Point[][]): string =>
    runs.map((run) => `${line([{ x: run[0]!.x, y: 100 }, ...run.slice(1), { x: run.at(-1)!.x, y: 100 }])}Z`).join('');

  return {
    plan: line(steps),
    planArea: steps.length ? `${line(steps)}Z` : '',
    actualArea: closed(good),
    actual: good.map(line).join(''),
    harmArea: closed(bad),
    harm: bad.map(line).join(''),
    labels: phases.map((phase, index) => ({ phase: index, x: x(begin(phase)), y: heightOf(phase.share) })),
    gates: phases.map((phase, index) => ({ phase: index, x: x(gateAt(phase)), y: heightOf(phase.share) })),
    now: now >= from && now <= to ? x(now) : null,
    from,
    to,
  };
}
