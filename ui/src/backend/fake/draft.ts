import type { Draft, Finding, Plan, Preflight, PreflightRequest, VersionOffer } from '../generated/view';
import { development, phases, production, staging, versionTag } from './checkout';
import { manifestsBetween, productionUs, type MatrixScript } from './matrix';

/** How preflight is told. */
export interface DraftScript {
  preflight?: 'failed' | 'override';
  metrics?: boolean;
}

const replicas = 20;

/** Every share that pods can express: `canary = s + u` of `n + s`, with at most `surge` extra pods. */
export function possibleShares(pods: number, surge: number): number[] {
  const found = new Set<number>();
  for (let s = 0; s <= surge; s++) {
    for (let u = 0; u <= pods - (surge - s); u++) {
      const share = Math.round(((s + u) / (pods + s)) * 10_000) / 100;
      if (share > 0) found.add(share);
    }
  }
  found.add(100);
  return [...found].sort((one, other) => one - other);
}

const plan: Plan = {
  phases,
  surgeLimit: 25,
  progressLimitSeconds: 600,
  acceptLessCapacity: false,
  onExcess: 'rollBack',
  automaticRollback: true,
};

const surgeOf = (one: Plan): number => Math.max(1, Math.ceil((replicas * one.surgeLimit) / 100));

/** What the new release page starts with. */
export function draft(matrix: MatrixScript, script: DraftScript, application: string, environment: string): Draft {
  const tags = [development, staging, production, productionUs(matrix)];
  const current = versionTag(application, application === 'checkout' ? '2.14.1' : '5.8.2');
  const offer = (label: string, id: string, days: number): VersionOffer => ({
    source: { kind: 'environment', environment: id },
    version: versionTag(application, label),
    environment: tags.find((tag) => tag.id === id) ?? null,
    since: matrix.now - days * 86_400_000,
  });
  const offers =
    application === 'checkout'
      ? [offer('2.15.0', 'staging', 2.2), offer('2.16.0-dev.41', 'dev', 0.09)]
      : [offer('5.8.4', 'staging', 3.9), offer('5.9.0-dev.7', 'dev', 0.11)];
  return {
    application,
    environment: tags.find((tag) => tag.id === environment) ?? production,
    current,
    currentYaml: `spec:\n  containers:\n  - name: ${application}\n    image: ${current.version.containers[0]?.image ?? ''}\n    ports:\n    - containerPort: 8080\n    resources:\n      limits:\n        memory: 512Mi\n  initContainers:\n  - name: migrate\n    image: shop/migrate:3\n`,
    offers,
    plan,
    replicas,
    possibleShares: possibleShares(replicas, surgeOf(plan)),
    metrics: script.metrics !== false,
    requestsPerSecond: 752,
  };
}

/** What would happen. */
export function preflight(matrix: MatrixScript, script: DraftScript, request: PreflightRequest): Preflight {
  const known = draft(matrix, script, request.application, request.environment);
  const { source } = request;
  const version =
    source.kind === 'environment'
      ? (known.offers.find((one) => JSON.stringify(one.source) === JSON.stringify(source))?.version ?? null)
      : source.kind === 'images'
        ? versionTag(request.application, source.containers[0]?.image.split(':').at(-1) ?? '?')
        : versionTag(request.application, 'edited');
  const shares = possibleShares(replicas, surgeOf(request.plan));
  const pods = request.plan.phases.map((phase) => {
    const possible = shares.includes(phase.share);
    const canary = phase.share >= 100 ? replicas : Math.max(1, Math.round((replicas * phase.share) / 100));
    return {
      canary,
      stable: replicas - canary,
      possible,
      nearest: possible ? [] : nearestOf(shares, phase.share),
      sees:
        phase.share >= 100
          ? null
          : { rise: 0.9 / Math.sqrt(752 * Math.max(1, phase.bakeSeconds) * (phase.share / 100)), perSecond: 752 },
    };
  });
  const findings: Finding[] = [];
  const add = (
    id: string,
    state: Finding['check']['state'],
    said: Finding['check']['said'],
    canOverride = false,
  ): void => void findings.push({ id, check: { state, said }, canOverride });
  if (script.preflight === 'failed')
    add('quota', 'failed', { code: 'quotaShort', quota: 'shop-quota', resource: 'pods', needed: 3 });
  if (script.preflight === 'override')
    add('owner', 'failed', { code: 'ownerWillWrite', owner: 'Argo CD', next: 'sync at 14:10', reverts: true }, true);
  pods.forEach((one, phase) => {
    if (!one.possible)
      add(`share-${phase}`, 'failed', {
        code: 'shareImpossible',
        phase,
        share: request.plan.phases[phase]?.share ?? 0,
        nearest: one.nearest,
      });
  });
  add('config', 'warning', { code: 'configChanged', kind: 'ConfigMap', name: `${request.application}-config` });
  add('dry-run', 'passed', { code: 'dryRunPassed' });
  add('allowed', 'passed', { code: 'allowed' });
  add('target', 'passed', { code: 'targetKnown', version: known.current.label });
  add('metrics', 'passed', { code: 'metricsFound', signals: 4 });
  if (script.preflight !== 'failed') add('quota', 'passed', { code: 'quotaFits' });
  add('others', 'warning', { code: 'othersWillSee' });
  return {
    version,
    problems: request.plan.phases.flatMap((phase, index) =>
      phase.gates.length === 0 ? [{ phase: index, field: 'gates', problem: { code: 'noGate' } }] : [],
    ),
    pods,
    findings,
    mayStart: version !== null && script.preflight !== 'failed' && pods.every((one) => one.possible),
    rollbackEstimate: { seconds: 8, measuredStarts: 14 },
    changes: version ? manifestsBetween(request.application, known.current.label, version.label) : [],
    askedAt: matrix.now,
  };
}

function nearestOf(shares: number[], wanted: number): number[] {
  const below = shares.filter((share) => share < wanted).at(-1);
  const above = shares.find((share) => share > wanted);
  return [below, above].filter((share) => share !== undefined);
}
