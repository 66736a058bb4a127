import type {
  ApplicationRow,
  Attention,
  Cell,
  CellDetail,
  CellState,
  Changes,
  Contact,
  EnvironmentColumn,
  EnvironmentTag,
  GateOutcome,
  Matrix,
  PhaseTrack,
  RollbackChoice,
  RunningRelease,
  Said,
  ShareStep,
  Stage,
} from '../generated/view';
import { development, jonas, phases as planned, production, staging, startedAt, versionTag } from './checkout';

/** How the matrix is told. */
export interface MatrixScript {
  now: number;
  /** `production-us` has not been heard of for a while. */
  stale?: boolean;
  /** `staging` cannot be read. */
  broken?: boolean;
  /** Names are known, cells are not. */
  loading?: boolean;
  empty?: boolean;
  /** The release in `production-eu` is in other hands: heard of, or silent for so long that it can be taken over. */
  elsewhere?: 'heard' | 'silent';
  /** Until when `production-us` is unlocked; it is locked where this is missing. */
  unlockedUntil?: number;
}

const minute = 60_000;
const day = 86_400_000;
const names: [string, string, string][] = [
  ['checkout', 'Buy team', '2.16.0-dev.41 2.15.0 2.14.1 2.14.1'],
  ['catalog', 'Browse team', '5.9.0-dev.7 5.8.4 5.8.2 5.8.2'],
  ['payments', 'Money team', '1.43.0-rc.2 1.42.1 1.42.0 1.42.0'],
  ['search-api', 'Browse team', '8.2.0-dev.3 8.0.4 8.0.4 8.0.4'],
  ['recommender', 'Ranking team', '3.5.0 3.4.0 3.2.1 3.2.1'],
  ['assist-llm', 'Assist team', '13b-1118 13b-1017 13b-1017 13b-1017'],
  ['identity', 'Platform team', '3.3.0 3.3.0 3.2.8 3.2.8'],
  ['notifications', 'Platform team', '0.22.1 0.22.1 0.22.1 0.22.1'],
  ['storefront', 'Web team', '2026.47.5 2026.47.3 2026.47.2 2026.47.2'],
  ['ledger-export', 'Money team', '- 1.9.3 1.9.3 -'],
];
const ahead: Record<string, number> = { catalog: 2, payments: 1, recommender: 2, identity: 1, storefront: 1 };

/** The second production environment of the story: locked. */
export function productionUs(script: MatrixScript): EnvironmentTag {
  return {
    id: 'production-us',
    name: 'production-us',
    danger: 'production',
    protection: { kind: 'locked', unlockedUntil: script.unlockedUntil ?? null },
  };
}

const live = (now: number): Contact => ({ state: 'live', asOf: now - 400, since: startedAt });

function columns(script: MatrixScript): EnvironmentColumn[] {
  const { now } = script;
  const column = (
    environment: EnvironmentTag,
    context: string,
    namespaces: string[],
    more: Partial<EnvironmentColumn> = {},
  ): EnvironmentColumn => ({
    environment,
    context,
    namespaces,
    contact: live(now),
    loading: script.loading ?? false,
    failure: null,
    metrics: true,
    ...more,
  });
  const three = ['shop', 'money', 'platform'];
  return [
    column(development, 'kind-dev', ['shop'], { metrics: false }),
    column(
      staging,
      'stg-eu1',
      three,
      script.broken
        ? {
            contact: { state: 'lost', asOf: now - 12 * minute, since: now - 11 * minute },
            failure: {
              code: 'cluster.sign-in-expired',
              message: 'The sign-in for stg-eu1 has expired. Releases there go on as they are.',
              hint: 'Sign in again, then press Check again under Connections.',
            },
          }
        : {},
    ),
    column(production, 'prod-eu1', three),
    column(
      productionUs(script),
      'prod-us1',
      three,
      script.stale ? { contact: { state: 'stale', asOf: now - 94_000, since: now - 80_000 } } : {},
    ),
  ];
}

function track(shares: number[], minutes: number[], reached: number, began: number): PhaseTrack[] {
  let start = began;
  return shares.map((share, index) => {
    const bake = (minutes[index] ?? 5) * 60;
    const plannedStart = start;
    start += bake * 1000;
    return {
      share,
      bakeSeconds: bake,
      bakeMaximumSeconds: bake * 2,
      plannedStart,
      plannedEnd: start,
      startedAt: index <= reached ? plannedStart : null,
      endedAt: index < reached ? start : null,
      bakedSeconds: index < reached ? bake : 0,
      mustBakeSeconds: bake,
      state: index < reached ? 'passed' : index === reached ? 'baking' : 'planned',
      gates: [
        { gate: 'readiness', state: index <= reached ? 'passed' : 'pending', because: null },
        { gate: 'verdict', state: index < reached ? 'passed' : 'pending', because: null },
      ],
      owner: '',
      goal: '',
    };
  });
}

type ReleaseState = Extract<CellState, { kind: 'release' }>;

function releasing(
  application: string,
  to: string,
  outcome: GateOutcome,
  stage: Stage,
  reached: number,
  intoMinutes: number,
  now: number,
  shape: { shares: number[]; minutes: number[] },
): ReleaseState {
  const began = now - (shape.minutes.slice(0, reached).reduce((sum, one) => sum + one, 0) + intoMinutes) * minute;
  const phases = track(shape.shares, shape.minutes, reached, began);
  const current = phases[reached];
  if (current) current.bakedSeconds = intoMinutes * 60;
  const shares: ShareStep[] = phases
    .slice(0, reached + 1)
    .map((phase) => ({ at: phase.startedAt ?? began, share: phase.share, harm: false }));
  return {
    kind: 'release',
    release: { checkout: 'R-1284', 'search-api': 'R-1283' }[application] ?? 'R-1281',
    to: versionTag(application, to),
    stage,
    outcome,
    share: shape.shares[reached] ?? 0,
    phase: reached,
    phases,
    shares,
    now,
  };
}

const four = { shares: planned.map((phase) => phase.share), minutes: [6, 8, 10, 10] };
const three = { shares: [10, 50, 100], minutes: [10, 12, 12] };

/** A release that Jonas drives from his computer. */
function elsewhere(application: string, label: string, heard: 'heard' | 'silent', now: number): CellState {
  return {
    kind: 'elsewhere',
    release: 'R-1284',
    to: versionTag(application, label),
    stage: { stage: 'baking' },
    phase: 1,
    phases: 5,
    driver: jonas.name,
    since: now - 4 * minute,
    takeOver:
      heard === 'silent'
        ? { on: true, offBecause: null }
        : { on: false, offBecause: { code: 'offDriven', driver: jonas.name, seconds: 12 } },
  };
}

function stateOf(application: string, environment: string, script: MatrixScript): CellState {
  const { now } = script;
  const place = `${application} ${environment}`;
  switch (place) {
    case 'checkout production-eu':
      if (script.elsewhere) return elsewhere('checkout', '2.15.0', script.elsewhere, now);
      return releasing('checkout', '2.15.0', 'healthy', { stage: 'baking' }, 1, 5, now, four);
    case 'search-api staging':
      return releasing('search-api', '8.1.0', 'notEnoughEvidence', { stage: 'baking' }, 0, 3, now, four);
    case 'assist-llm staging':
      return releasing(
        'assist-llm',
        '13b-1114',
        'healthy',
        {
          stage: 'held',
          reason: { code: 'person', by: jonas.name, reason: 'first token slow until cache is warm' },
          at: 'baking',
          since: now - 42 * minute,
        },
        0,
        42,
        now,
        three,
      );
    case 'notifications production-us':
      return {
        kind: 'trouble',
        because: { code: 'podsRestarted', count: 4, of: 9 },
        since: now - 22 * minute,
      };
    case 'storefront dev':
      return { kind: 'foreignRollout', manager: 'kubectl-client-side-apply' };
    case 'ledger-export production-us':
      return { kind: 'forbidden', needs: 'list deployments' };
    case 'ledger-export dev':
      return { kind: 'notDeployed' };
    default:
      return { kind: 'idle', ready: true };
  }
}

/** When each version began to serve, in days before now. */
const ages = [0.08, 2.1, 9.6, 10.2, 0.4, 3.3, 7.8, 12.5, 21, 1.2];

function cells(script: MatrixScript): Cell[] {
  if (script.loading) return [];
  return names.flatMap(([application, , versions], row) =>
    columns(script).flatMap((column, index): Cell[] => {
      if (column.failure) return [];
      const { environment } = column;
      const label = versions.split(' ')[index];
      const state = stateOf(application, environment.id, script);
      const drift = index === 1 ? (ahead[application] ?? null) : null;
      return [
        {
          application,
          environment: environment.id,
          state,
          version: !label || label === '-' ? null : versionTag(application, label),
          since: !label || label === '-' ? null : script.now - (ages[(row + index * 3) % ages.length] ?? 1) * day,
          workload: label === '-' ? null : `Deployment shop/${application}`,
          readyPods: state.kind === 'trouble' ? 5 : 12,
          wantedPods: state.kind === 'trouble' ? 9 : 12,
          ahead: drift,
          aheadAtLeast: drift === 2,
          aheadOf: drift === null ? null : 'production-eu',
          rollbackTargets: label === '-' ? 0 : 3,
        },
      ];
    }),
  );
}

/** A running release of the matrix as the sidebar has it. */
function runningOf(cell: Cell, environment: EnvironmentTag): RunningRelease | null {
  if (cell.state.kind !== 'release') return null;
  const { release, stage, outcome, share, phases, shares, now } = cell.state;
  return {
    id: release,
    application: cell.application,
    environment,
    stage,
    outcome,
    share,
    startedAt: phases[0]?.startedAt ?? now,
    phases,
    shares,
    now,
    contact: live(now),
  };
}

/** Every running release of the matrix. */
export function matrixReleases(script: MatrixScript): RunningRelease[] {
  const environments = new Map(columns(script).map((column) => [column.environment.id, column.environment]));
  return cells(script).flatMap((cell) => {
    const environment = environments.get(cell.environment);
    const release = environment && runningOf(cell, environment);
    return release ? [release] : [];
  });
}

/** The matrix of the story. */
export function matrix(script: MatrixScript): Matrix {
  if (script.empty) return { environments: columns(script), applications: [], cells: [], attention: [] };
  const all = cells(script);
  const releases = matrixReleases(script);
  const find = (application: string): RunningRelease | null =>
    releases.find((release) => release.application === application) ?? null;
  const trouble = all.find((cell) => cell.state.kind === 'trouble');
  const attention: Attention[] = [];
  if (trouble?.state.kind === 'trouble') {
    attention.push({
      application: trouble.application,
      environment: trouble.environment,
      release: null,
      because: trouble.state.because,
      since: trouble.state.since,
    });
  }
  for (const name of ['assist-llm', 'search-api']) {
    const release = find(name);
    if (release) {
      attention.push({
        application: name,
        environment: release.environment.id,
        release,
        because: null,
        since: release.startedAt,
      });
    }
  }
  const applications: ApplicationRow[] = names.map(([id, partOf]) => ({ id, name: id, partOf }));
  return { environments: columns(script), applications, cells: all, attention };
}

function choiceOf(application: string, label: string, revision: number, warm: number, madeAt: number): RollbackChoice {
  const { version } = versionTag(application, label);
  return {
    target: { kind: 'revision', revision, version },
    label,
    containers: version.containers,
    madeAt,
    warmPods: warm,
  };
}

/** Older versions than the one that serves. */
function olderThan(label: string): string[] {
  const parts = /^(.*?)(\d+)$/.exec(label);
  const last = Number(parts?.[2] ?? 3);
  return [1, 2, 3].map((step) => `${parts?.[1] ?? `${label}-`}${Math.max(0, last - step)}`);
}

/** The panel of one cell. */
export function cellDetail(script: MatrixScript, application: string, environment: string): CellDetail | null {
  const cell = cells(script).find((one) => one.application === application && one.environment === environment);
  if (!cell) return null;
  const older = cell.version ? olderThan(cell.version.label) : [];
  const targets = older.map((label, index) =>
    choiceOf(application, label, 41 - index, 0, script.now - (14 + index * 9) * day),
  );
  const warning: Said = { code: 'configChanged', kind: 'ConfigMap', name: `${application}-config` };
  const first = targets[0] ?? null;
  return {
    cell,
    rollback: {
      spot: first
        ? { kind: cell.state.kind === 'trouble' ? 'degraded' : 'ready' }
        : { kind: 'nothing', because: { code: 'noTarget' } },
      target: first,
      checks: first
        ? [
            { state: 'passed', said: { code: 'targetKnown', version: first.label } },
            { state: 'passed', said: { code: 'dryRunPassed' } },
            { state: 'passed', said: { code: 'allowed' } },
            { state: 'warning', said: warning },
            { state: 'passed', said: { code: 'quotaFits' } },
          ]
        : [],
      checkedAt: script.now - 2000,
      estimate: { seconds: 34, measuredStarts: 14 },
      steps: [],
      others: targets.slice(1),
      byHand: `kubectl --context ${environment} -n shop rollout undo deployment/${application} --to-revision=41`,
    },
    targets,
    writtenBy: [
      { manager: 'kubectl-client-side-apply', at: script.now - 9 * day },
      { manager: 'slipway', at: script.now - 12 * day },
    ],
  };
}

/** What differs between two neighbouring environments. */
export function changes(script: MatrixScript, application: string, environment: string): Changes {
  const all = cells(script).filter((cell) => cell.application === application && cell.version);
  const at = all.findIndex((cell) => cell.environment === environment);
  const from = all[at]?.version ?? versionTag(application, '0');
  const to = all[Math.max(0, at - 1)]?.version ?? from;
  return { from, to, manifests: manifestsBetween(application, from.label, to.label) };
}

/** Two manifests before and after. */
export function manifestsBetween(application: string, from: string, to: string): Changes['manifests'] {
  if (from === to) return [];
  return [
    {
      title: `Deployment ${application}`,
      added: 4,
      removed: 2,
      lines: [
        { kind: 'gap', text: '14' },
        { kind: 'same', text: '    spec:' },
        { kind: 'same', text: '      containers:' },
        { kind: 'same', text: `      - name: ${application}` },
        { kind: 'removed', text: `        image: shop/${application}:${from}` },
        { kind: 'added', text: `        image: shop/${application}:${to}` },
        { kind: 'same', text: '        env:' },
        { kind: 'same', text: '        - name: TAX_ENDPOINT' },
        { kind: 'same', text: '          value: ••••' },
        { kind: 'added', text: '        - name: PRICE_AUDIT' },
        { kind: 'added', text: '          value: ••••' },
        { kind: 'gap', text: '6' },
        { kind: 'same', text: '          limits:' },
        { kind: 'removed', text: '            memory: 512Mi' },
        { kind: 'added', text: '            memory: 640Mi' },
      ],
    },
    {
      title: `ConfigMap ${application}-config`,
      added: 2,
      removed: 1,
      lines: [
        { kind: 'same', text: 'data:' },
        { kind: 'removed', text: '  TAX_ROUNDING: legacy' },
        { kind: 'added', text: '  TAX_ROUNDING: bankers' },
        { kind: 'added', text: '  PRICE_AUDIT: "on"' },
      ],
    },
  ];
}
