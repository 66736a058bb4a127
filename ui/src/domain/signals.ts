import type { Arm, Sample, Signal, SignalSpec, SignalVerdict } from '../backend/generated/view';
import { measured, type Words } from '../words/index.svelte';
import type { SignalFormat } from '../words/facts';

/** How numbers of a signal are shown: `ratio` becomes percent, `s` becomes milliseconds. */
export interface Scale {
  factor: number;
  kind:
    | 'percentOfRequests'
    | 'percentOfLimit'
    | 'milliseconds'
    | 'perSecond'
    | 'perPod'
    | 'mebibytes'
    | 'requestsPerPod'
    | 'tokensPerPod'
    | 'plain';
  /** The unit's own name, where it is none of these. */
  unit: string;
}

/** The scale of a signal, from its unit. */
export function scaleOf(spec: SignalSpec): Scale {
  switch (spec.unit) {
    case 'ratio':
      return { factor: 100, kind: spec.kind.type === 'errorRatio' ? 'percentOfRequests' : 'percentOfLimit', unit: '' };
    case 's':
      return { factor: 1000, kind: 'milliseconds', unit: '' };
    case 'req/s':
    case 'requests/s':
    case '1/s':
      return { factor: 1, kind: 'perSecond', unit: '' };
    case 'restarts/pod/s':
      return { factor: 60, kind: 'perPod', unit: '' };
    case 'requests/pod':
      return { factor: 1, kind: 'requestsPerPod', unit: '' };
    case 'tokens/pod/s':
      return { factor: 1, kind: 'tokensPerPod', unit: '' };
    case 'bytes':
      return { factor: 1 / 1_048_576, kind: 'mebibytes', unit: '' };
    default:
      return { factor: 1, kind: 'plain', unit: spec.unit };
  }
}

/** What a signal is called. */
export function signalName(w: Words, spec: SignalSpec): string {
  return w.health.signals[spec.id] ?? spec.name;
}

/** The same where there is little room. */
export function shortSignalName(w: Words, spec: SignalSpec): string {
  return w.health.shortSignals[spec.id] ?? signalName(w, spec);
}

/** The unit beside the name of a chart. */
export function unitText(w: Words, spec: SignalSpec): string {
  const scale = scaleOf(spec);
  return scale.kind === 'plain' ? scale.unit : w.health.units[scale.kind];
}

/** How values of a signal are written, with their unit. */
export function signalFormat(w: Words, spec: SignalSpec): SignalFormat {
  const scale = scaleOf(spec);
  return {
    value: (value) => {
      const text = measured(value * scale.factor);
      switch (scale.kind) {
        case 'percentOfRequests':
        case 'percentOfLimit':
          return w.health.valueWith.percent(text);
        case 'milliseconds':
          return w.health.valueWith.milliseconds(text);
        case 'perSecond':
          return w.health.valueWith.perSecond(text);
        case 'mebibytes':
          return w.health.valueWith.mebibytes(text);
        default:
          return scale.unit ? `${text} ${scale.unit}` : text;
      }
    },
  };
}

/** The samples of one arm. */
export function samplesOf(signal: Signal, arm: Arm): Sample[] {
  return signal.series.find((series) => series.arm === arm)?.samples ?? [];
}

/** The last sample with a value, not after a moment. */
export function lastValue(samples: Sample[], until = Infinity): Sample | null {
  for (let index = samples.length - 1; index >= 0; index--) {
    const sample = samples[index];
    if (sample && sample.at <= until && sample.value !== null) return sample;
  }
  return null;
}

/** The words for why a verdict is what it is. */
export function reasonText(w: Words, spec: SignalSpec, reason: SignalVerdict['reason']): string {
  const say = w.reasons.judged[reason.code] as (facts: unknown, context: SignalFormat) => string;
  return say(reason, signalFormat(w, spec));
}

/** The words for what the judge found about one signal, and for what that rests on where it is weaker than a comparison. */
export function verdictText(w: Words, spec: SignalSpec, verdict: SignalVerdict): string {
  const text = reasonText(w, spec, verdict.reason);
  const { basis } = verdict;
  return basis === 'before' || basis === 'season' || basis === 'itself'
    ? w.health.withWeaker(text, w.health.weaker[basis])
    : text;
}
