import type { HoldWords, ReasonWords } from '../facts';
import { duration, number, percent, shortClock } from '../format';
import { plural } from './plural';

/** Read after "because". */
const hold: HoldWords = {
  person: (f) => (f.reason ? `${f.by} asked for it: “${f.reason}”` : `${f.by} asked for it`),
  evidenceMissing: () => 'the longest bake is over and the evidence is still not enough',
  notReady: () => 'pods are still not ready after the longest time that the plan gives them',
  excess: (f) => `${percent(f.share)} runs the new version, ${percent(f.planned)} was planned`,
  foreignChange: (f) => `somebody else changed the workload: ${f.what}`,
  workloadGone: () => 'the workload is gone, or another one has its name',
  actRefused: (f) => `the cluster refuses to go on: ${f.message}`,
  shareNotPossible: (f) => `${percent(f.planned)} is not possible with ${plural(f.replicas, 'pod')}`,
  handedOver: (f) => `it was handed over to ${f.to}`,
  rollbackNotSent: (f) =>
    `the cluster could not be reached; the rollback asked for at ${shortClock(f.since)} was not sent. Roll back again if you still want it`,
};

const arm = { stable: 'current', canary: 'new' };

const judged: ReasonWords = {
  overLimit: (f, s) => `${s.value(f.value)}, the limit is ${s.value(f.limit)}`,
  nearLimit: (f, s) => `${s.value(f.value)}, past the limit of ${s.value(f.limit)} for ${duration('en', f.seconds)}`,
  burningBudget: (f) =>
    `the error budget of ${number(f.good * 100, 3)}% burns ${number(f.rate, 1)} times as fast as it may, over ${duration('en', f.seconds)}`,
  worseThanStable: (f, s) => `${s.value(f.canary)} against ${s.value(f.stable)}`,
  slowerThanStable: (f, s) =>
    `${number(f.canaryShare * 100, 1)}% take longer than ${s.value(f.edge)}, before ${number(f.stableShare * 100, 1)}%`,
  noWorse: (f, s) => `${s.value(f.canary)} against ${s.value(f.stable)}`,
  withinLimit: (f, s) => `${s.value(f.value)}, the limit is ${s.value(f.limit)}`,
  changed: (f, s) =>
    `${s.value(f.value)}, ${f.higher ? 'higher' : 'lower'} than since the phase began; ${number(f.alarms * 100, 2)}% of releases without a change show this`,
  unchanged: (f) => `nothing unusual in ${number(f.looks)} ${f.looks === 1 ? 'look' : 'looks'} so far`,
  collecting: (f) => `${number(f.have)} of ${number(f.need)} needed so far`,
  warmingUp: (f) => `new pods warm up for ${duration('en', f.seconds)} more`,
  noTraffic: (f) => `the ${arm[f.arm]} version gets no requests`,
  noData: (f) =>
    f.seconds === null
      ? `no data of the ${arm[f.arm]} version`
      : `no data of the ${arm[f.arm]} version for ${duration('en', f.seconds)}`,
  noStable: () => 'there is no current version to compare with',
  wrongReading: () => 'the query gives another kind of number than this signal needs',
  context: () => 'shown, never judged',
};

export const reasons = { hold, judged };
