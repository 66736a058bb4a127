import type { Gate, PhasePods, Phase, Plan, PlanError, Share } from '../backend/generated/view';

/** The longest bake that can be dragged to, in seconds; longer ones are typed. */
export const longestDrag = 24 * 3600;

/** The number that was typed, with a comma or a point, with or without the sign for percent; `null` if it is none. */
export function numberIn(text: string): number | null {
  const value = Number(text.trim().replace(',', '.').replace(/%$/, ''));
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

/** Changes one phase. */
export function editPhase(plan: Plan, index: number, change: Partial<Phase>): Plan {
  return { ...plan, phases: plan.phases.map((phase, at) => (at === index ? { ...phase, ...change } : phase)) };
}

/** Whether a share is one of those that the pods can express, exactly. */
export function isPossible(share: Share, possible: readonly Share[]): boolean {
  return share === 100 || possible.length === 0 || possible.some((one) => Math.abs(one - share) < 0.005);
}

/** The possible shares next to one that is not: the one below and the one above. */
export function nearestPossible(share: Share, possible: readonly Share[]): Share[] {
  const below = possible.filter((one) => one < share).at(-1);
  const above = possible.find((one) => one > share);
  return [below, above].filter((one) => one !== undefined);
}

/** Between which shares a phase may be moved, so that shares keep growing; both excluded but for 100. */
function bounds(plan: Plan, index: number): [number, number] {
  return [plan.phases[index - 1]?.share ?? 0, plan.phases[index + 1]?.share ?? 100.01];
}

/** The possible share nearest to where a corner was dragged; the phase's own where there is none. */
export function snapShare(plan: Plan, index: number, wanted: number, possible: readonly Share[]): Share {
  const [low, high] = bounds(plan, index);
  const choices = possible.filter((one) => one > low && one < high);
  const own = plan.phases[index]?.share ?? wanted;
  return choices.reduce(
    (best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best),
    choices[0] ?? own,
  );
}

/** The next possible share up or down, for the keys. */
export function stepShare(plan: Plan, index: number, up: boolean, possible: readonly Share[]): Share {
  const [low, high] = bounds(plan, index);
  const own = plan.phases[index]?.share ?? 0;
  const choices = possible.filter((one) => one > low && one < high);
  return (up ? choices.find((one) => one > own + 0.005) : choices.filter((one) => one < own - 0.005).at(-1)) ?? own;
}

/** Steps in which a bake grows: finer where it is short. In seconds. */
export function bakeStep(seconds: number): number {
  if (seconds < 600) return 30;
  if (seconds < 3600) return 60;
  return seconds < 6 * 3600 ? 300 : 1800;
}

/** A bake as it can be dragged to: in its steps, never below nothing. */
export function snapBake(seconds: number): number {
  const inside = Math.min(Math.max(seconds, 0), longestDrag);
  const step = bakeStep(inside);
  return Math.round(inside / step) * step;
}

/** The next bake up or down, for the keys. */
export function stepBake(seconds: number, up: boolean): number {
  const step = bakeStep(up ? seconds : Math.max(0, seconds - 1));
  return Math.max(0, up ? Math.floor(seconds / step) * step + step : Math.ceil(seconds / step) * step - step);
}

/** A bake with the longest it may be extended to, which is never below it. */
export function withBake(phase: Phase, seconds: number): Partial<Phase> {
  const maximum = phase.bakeMaximumSeconds;
  return {
    bakeSeconds: seconds,
    // The maximum keeps its proportion: twice as long stays twice as long.
    bakeMaximumSeconds:
      maximum === null
        ? null
        : phase.bakeSeconds > 0
          ? Math.round((maximum / phase.bakeSeconds) * seconds)
          : Math.max(maximum, seconds),
  };
}

/** The same phase again, between it and the next one where there is room for a share. */
export function duplicatePhase(plan: Plan, index: number, possible: readonly Share[]): Plan {
  const phase = plan.phases[index];
  if (!phase) return plan;
  const next = plan.phases[index + 1]?.share;
  const before = plan.phases[index - 1]?.share ?? 0;
  const after = next !== undefined ? between(phase.share, next, possible) : null;
  if (after !== null) return insert(plan, index + 1, { ...phase, share: after, gates: [...phase.gates] });
  // The last phase, or no room above: the copy comes before, below it.
  const below = between(before, phase.share, possible);
  if (below === null) return plan;
  return insert(plan, index, { ...phase, share: below, gates: [...phase.gates] });
}

/** A possible share about in the middle between two; `null` where there is none. */
function between(low: number, high: number, possible: readonly Share[]): Share | null {
  const middle = (low + high) / 2;
  const choices = possible.filter((one) => one > low + 0.005 && one < high - 0.005);
  if (possible.length === 0) return high - low > 1 ? Math.round(middle) : null;
  return choices.reduce<Share | null>(
    (best, one) => (best === null || Math.abs(one - middle) < Math.abs(best - middle) ? one : best),
    null,
  );
}

function insert(plan: Plan, at: number, phase: Phase): Plan {
  return { ...plan, phases: [...plan.phases.slice(0, at), phase, ...plan.phases.slice(at)] };
}

/** One phase less. */
export function removePhase(plan: Plan, index: number): Plan {
  return { ...plan, phases: plan.phases.filter((_, at) => at !== index) };
}

const order: Gate[] = ['readiness', 'verdict', 'approval'];

/** Puts a gate into a phase or takes it out; the order stays. */
export function toggleGate(plan: Plan, index: number, gate: Gate): Plan {
  const gates = plan.phases[index]?.gates ?? [];
  const next = gates.includes(gate) ? gates.filter((one) => one !== gate) : [...gates, gate];
  return editPhase(plan, index, { gates: order.filter((one) => next.includes(one)) });
}

/** The shortest time that a plan takes, in seconds. */
export function shortestSeconds(plan: Plan): number {
  return plan.phases.reduce((sum, phase) => sum + phase.bakeSeconds, 0);
}

/** Where the phases stand in the drawing. Widths follow the bakes; even a phase without a bake can be grabbed. */
export function phaseWidths(plan: Plan, leastWidth = 12): number[] {
  const total = shortestSeconds(plan);
  const least = Math.min(leastWidth, 100 / Math.max(1, plan.phases.length));
  if (total === 0) return plan.phases.map(() => 100 / plan.phases.length);
  const raw = plan.phases.map((phase) => (phase.bakeSeconds / total) * 100);
  // Widening the small ones takes room from the others, which may make more of them small.
  const small = new Set<number>();
  for (;;) {
    const rest = raw.reduce((sum, width, at) => (small.has(at) ? sum : sum + width), 0);
    const room = 100 - small.size * least;
    const widths = raw.map((width, at) => (small.has(at) ? least : rest > 0 ? (width / rest) * room : least));
    const more = widths.flatMap((width, at) => (!small.has(at) && width < least - 1e-9 ? [at] : []));
    if (more.length === 0) return widths;
    more.forEach((at) => small.add(at));
  }
}

/** What is wrong with one phase at a field, if anything is. */
export function problemAt(problems: readonly PlanError[], phase: number | null, field: string): PlanError | undefined {
  return problems.find((one) => one.phase === phase && one.field === field);
}

/** What preflight says of the pods, else what the page began with. */
export function impossibleAt(
  plan: Plan,
  index: number,
  pods: PhasePods | undefined,
  possible: readonly Share[],
): Share[] | null {
  if (pods) return pods.possible ? null : pods.nearest;
  const share = plan.phases[index]?.share ?? 100;
  return isPossible(share, possible) ? null : nearestPossible(share, possible);
}
