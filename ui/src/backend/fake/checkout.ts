import type {
  EnvironmentTag,
  Person,
  Phase,
  ReleaseHead,
  RollbackChoice,
  SignalSpec,
  Version,
  VersionTag,
} from '../generated/view';

/** The people of the story. */
export const mei: Person = { name: 'Mei Lin', clusterUser: 'mei@shop.example' };
export const jonas: Person = { name: 'Jonas Weber', clusterUser: 'jonas@shop.example' };

const version = (application: string, label: string): Version => ({
  containers: [{ container: application, image: `shop/${application}:${label}`, init: false }],
  templateHash: [...label].reduce((hash, letter) => `${hash}${letter.charCodeAt(0).toString(16)}`, '').padEnd(16, '0'),
});

/** A version of an application by its tag. */
export function versionTag(application: string, label: string): VersionTag {
  return { label, version: version(application, label) };
}

export const development: EnvironmentTag = {
  id: 'dev',
  name: 'dev',
  danger: 'development',
  protection: { kind: 'open' },
};
export const staging: EnvironmentTag = {
  id: 'staging',
  name: 'staging',
  danger: 'staging',
  protection: { kind: 'confirm' },
};
export const production: EnvironmentTag = {
  id: 'production-eu',
  name: 'production-eu',
  danger: 'production',
  protection: { kind: 'confirm' },
};

/** The plan of the story: 5 %, 25 %, 50 %, 100 %. */
export const phases: Phase[] = [
  {
    share: 5,
    bakeSeconds: 360,
    bakeMaximumSeconds: 720,
    gates: ['readiness', 'verdict'],
    owner: 'Mei Lin',
    goal: 'No new errors',
  },
  {
    share: 25,
    bakeSeconds: 480,
    bakeMaximumSeconds: 960,
    gates: ['readiness', 'verdict'],
    owner: 'Mei Lin',
    goal: 'Latency holds under real load',
  },
  {
    share: 50,
    bakeSeconds: 600,
    bakeMaximumSeconds: 1200,
    gates: ['readiness', 'verdict', 'approval'],
    owner: 'Jonas Weber',
    goal: 'CPU stays under 70% at half the traffic',
  },
  {
    share: 100,
    bakeSeconds: 600,
    bakeMaximumSeconds: 1200,
    gates: ['readiness', 'verdict'],
    owner: 'Jonas Weber',
    goal: 'Serve everyone',
  },
];

/** When each phase begins and ends, in seconds from the start: the first was extended by half a minute. */
export const phaseTimes: [number, number][] = [
  [0, 390],
  [390, 872],
  [872, 1480],
  [1480, 2090],
];

export const before = versionTag('checkout', '2.14.1');
export const after = versionTag('checkout', '2.15.0');

/** 19 November, 14:02:10, wherever the reader is. */
export const startedAt = new Date(2026, 10, 19, 14, 2, 10).getTime();

/** The release of the story. */
export const head: ReleaseHead = {
  id: 'R-1284',
  kind: 'rollout',
  application: 'checkout',
  environment: production,
  workload: 'Deployment shop/checkout',
  from: before,
  to: after,
  startedBy: mei,
  startedAt,
  endedAt: null,
  resumes: null,
};

const rule = (limit: number | null, effect: number | null): SignalSpec['rule'] => ({
  worse: 'higher',
  limit: limit === null ? null : { value: limit, clearsAt: null, forSeconds: 0 },
  againstStable: effect === null ? null : { absolute: effect, relative: null },
});

/** The signals of the story. */
export const specs: SignalSpec[] = [
  {
    id: 'errors',
    name: 'Error rate',
    unit: 'ratio',
    kind: { type: 'errorRatio' },
    role: 'critical',
    rule: rule(0.005, 0.005),
  },
  {
    id: 'latency-p95',
    name: 'p95 latency',
    unit: 's',
    kind: { type: 'latency', quantile: 0.95, objective: 0.28 },
    role: 'critical',
    rule: rule(0.28, 0.05),
  },
  { id: 'requests', name: 'Requests', unit: '1/s', kind: { type: 'rate' }, role: 'context', rule: rule(null, null) },
  { id: 'cpu', name: 'CPU', unit: 'ratio', kind: { type: 'gauge' }, role: 'required', rule: rule(0.7, null) },
];

/** Where the release can go back to. */
export function choice(
  label: string,
  revision: number | null,
  warmPods: number,
  madeAt: number | null,
): RollbackChoice {
  const { version } = versionTag('checkout', label);
  return {
    target: revision === null ? { kind: 'before' } : { kind: 'revision', revision, version },
    label,
    containers: version.containers,
    madeAt,
    warmPods,
  };
}
