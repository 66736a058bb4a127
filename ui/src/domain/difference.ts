import type { Signal } from '../backend/generated/view';
import type { Bound } from '../shared/interval';
import { measured, type Words } from '../words/index.svelte';
import { scaleOf, signalFormat, unitText } from './signals';

/** The difference between the versions, as it is drawn. */
export interface Difference {
  bounds: Bound[];
  /** What it is in. */
  unit: string;
  /** A sentence that says the same. */
  summary: string;
}

/** What was known of the difference between the versions, in the unit of the chart. Nothing after the moment. */
export function differenceOf(w: Words, signal: Signal, moment: number | null): Difference {
  const { spec } = signal;
  const of = signal.course.intervalOf;
  const factor = of?.type === 'shareOver' ? 100 : scaleOf(spec).factor;
  const sign = of?.type !== 'shareOver' && spec.rule.worse === 'lower' ? -1 : 1;
  const bounds = signal.course.bounds.map((one) => ({
    at: one.at,
    low: one.low * factor,
    high: one.high * factor,
    worse: one.effect === null ? null : one.effect * factor * sign,
  }));
  const last = bounds.findLast((one) => moment === null || one.at <= moment) ?? null;
  const unit =
    of?.type === 'shareOver'
      ? w.health.shareOverUnit(signalFormat(w, spec).value(of.edge))
      : w.health.differenceUnit(unitText(w, spec));
  const summary =
    last === null
      ? w.health.noDifferenceYet
      : last.worse === null
        ? `${w.health.difference} ${w.health.between(measured(last.low), measured(last.high))}`
        : w.health.differenceSummary(measured(last.low), measured(last.high), measured(last.worse));
  return { bounds, unit, summary };
}
