/** One sample of a line; a missing value is a gap. */
export interface PlotSample {
  at: number;
  value: number | null;
  low?: number | null;
  high?: number | null;
}

/** A round step: 1, 2, 2.5 or 5 times a power of ten, at least as large as asked for. */
export function roundStep(atLeast: number): number {
  if (!(atLeast > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const found = [1, 2, 2.5, 5, 10].find((times) => times * power >= atLeast * 0.999_999);
  return (found ?? 10) * power;
}

/** The top of an axis that starts at 0, and its ticks. */
export function axis(largest: number): { top: number; ticks: number[] } {
  const wanted = largest > 0 ? largest : 1;
  const step = roundStep(wanted / 3.4);
  const count = Math.floor(wanted / step + 0.001);
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { top: Math.max(wanted, step), ticks: ticks.length > 1 ? ticks : [0, step] };
}

/**
 * At most about `most` samples, keeping the largest value of each stretch, so that a peak is never lost. Stretches
 * without any value stay gaps.
 */
export function thin(samples: PlotSample[], most: number): PlotSample[] {
  if (samples.length <= most) return samples;
  const size = samples.length / most;
  const kept: PlotSample[] = [];
  for (let start = 0; start < samples.length; start += size) {
    const stretch = samples.slice(Math.floor(start), Math.max(Math.floor(start + size), Math.floor(start) + 1));
    const top = stretch.reduce((best, one) => ((one.value ?? -Infinity) > (best.value ?? -Infinity) ? one : best));
    kept.push(top);
  }
  return kept;
}

/** Stretches of samples that belong together: without gaps, on one side of a limit. */
export interface Run {
  over: boolean;
  samples: (PlotSample & { value: number })[];
}

/** Splits samples at gaps and where a limit is crossed; neighbouring runs share the sample at the crossing. */
export function runs(samples: PlotSample[], isOver: (value: number, at: number) => boolean): Run[] {
  const found: Run[] = [];
  let before: (PlotSample & { value: number }) | null = null;
  for (const sample of samples) {
    if (sample.value === null) {
      before = null;
      continue;
    }
    const full = { ...sample, value: sample.value };
    const over = isOver(full.value, full.at);
    const last = found.at(-1);
    if (last && before && last.over === over) last.samples.push(full);
    else found.push({ over, samples: before ? [before, full] : [full] });
    before = full;
  }
  return found;
}

/** The sample nearest to a moment. */
export function nearest(samples: PlotSample[], moment: number): PlotSample | null {
  let best: PlotSample | null = null;
  for (const sample of samples) {
    if (sample.value === null) continue;
    if (!best || Math.abs(sample.at - moment) < Math.abs(best.at - moment)) best = sample;
  }
  return best;
}

/** Moves labels apart that would lie on each other; keeps their order. Positions and gap in the same unit. */
export function apart(positions: number[], gap: number, lowest: number, highest: number): number[] {
  const order = positions.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let index = 1; index < order.length; index++) {
    const [above, below] = [order[index - 1]!, order[index]!];
    const missing = gap - (below.y - above.y);
    if (missing <= 0) continue;
    above.y -= missing / 2;
    below.y += missing / 2;
  }
  for (let index = order.length - 1; index >= 0; index--) {
    const one = order[index]!;
    one.y = Math.min(one.y, index === order.length - 1 ? highest : order[index + 1]!.y - gap);
  }
  order.forEach((one, index) => (one.y = Math.max(one.y, index === 0 ? lowest : order[index - 1]!.y + gap)));
  const placed = [...positions];
  order.forEach((one) => (placed[one.index] = one.y));
  return placed;
}

/** The ends of an axis that has 0 on it, with a little room at both. */
export function signedAxis(values: number[]): { bottom: number; top: number } {
  const lowest = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  const room = (highest - lowest || 1) * 0.12;
  return { bottom: lowest - room, top: highest + room };
}
