import type {
  Act,
  Check,
  Contact,
  Control,
  Controls,
  EventLine,
  EventWhat,
  GateOutcome,
  Impact,
  Judgement,
  LiveRelease,
  PhaseState,
  PhaseTrack,
  PodDot,
  Pods,
  Rollback,
  RollbackSpot,
  RollbackStep,
  RunningRelease,
  Said,
  Sample,
  ShareStep,
  Signal,
  SignalVerdict,
  Stage,
} from '../generated/view';
import { courseOf } from './course';
import { after, before, choice, head, jonas, mei, phases, phaseTimes, specs, startedAt } from './checkout';
import { gateBecause, sourceTroubles, waitsOf } from './because';
import { smoothNoise } from './noise';

/** What happens in a telling of the story; all times in seconds from its start. */
export interface Script {
  now: number;
  /** From when on the new version fails. */
  badFrom?: number;
  automatic?: boolean;
  held?: { at: number; by: 'person' | 'evidence' };
  rollback?: { at: number; automatic: boolean; settledAt?: number };
  completed?: boolean;
  /** When contact was lost. */
  lostAt?: number;
  /** The approval of the third phase is missing. */
  waiting?: boolean;
  /** What the rollback's preflight finds besides the good. */
  preflight?: 'warning' | 'failed' | 'cold';
  nothing?: boolean;
  act?: Act;
  approved?: boolean;
  /** The source of health data fails. */
  noSamples?: boolean;
}

const at = (seconds: number): number => startedAt + Math.round(seconds * 1000);
const stepSeconds = 5;

/** The end of what happens by itself: a rollback, a hold and lost contact all stop the clock of the phases. */
function phaseAt(script: Script): number {
  const until = Math.min(script.now, script.rollback?.at ?? Infinity, script.held?.at ?? Infinity);
  if (script.completed) return phases.length - 1;
  const limit = script.waiting && !script.approved ? 2 : phases.length - 1;
  let found = 0;
  phaseTimes.forEach(([begin], index) => {
    if (until >= begin && index <= limit) found = index;
  });
  return found;
}

const degradedFrom = (script: Script): number => (script.badFrom ?? Infinity) + 47;

function outcomeAt(script: Script, now: number): GateOutcome {
  if (now >= degradedFrom(script)) return 'degraded';
  const phase = phaseAt({ ...script, now });
  const since = now - (phaseTimes[phase]?.[0] ?? 0);
  return since < 150 ? 'notEnoughEvidence' : 'healthy';
}

function stageOf(script: Script): Stage {
  const { rollback, held, now } = script;
  if (rollback?.settledAt !== undefined && now >= rollback.settledAt) return { stage: 'rolledBack' };
  if (rollback && now >= rollback.at) {
    return { stage: 'rollingBack', target: { kind: 'before' }, automatic: rollback.automatic, since: at(rollback.at) };
  }
  if (script.completed) return { stage: 'completed' };
  if (held && now >= held.at) {
    return {
      stage: 'held',
      reason:
        held.by === 'person'
          ? { code: 'person', by: jonas.name, reason: 'waiting for the finance team to look' }
          : { code: 'evidenceMissing' },
      at: 'baking',
      since: at(held.at),
    };
  }
  const phase = phaseAt(script);
  return now - (phaseTimes[phase]?.[0] ?? 0) < 10 ? { stage: 'shifting' } : { stage: 'baking' };
}

function phaseState(script: Script, index: number, phase: number, stage: Stage): PhaseState {
  if (script.completed || index < phase) return 'passed';
  if (index > phase) return 'planned';
  if (stage.stage === 'held') return 'held';
  if (stage.stage === 'rollingBack' || stage.stage === 'rolledBack') return 'failed';
  if (outcomeAt(script, script.now) === 'degraded') return 'failed';
  return stage.stage === 'shifting' ? 'shifting' : 'baking';
}

function tracks(script: Script, phase: number, stage: Stage): PhaseTrack[] {
  const stop = script.rollback?.at ?? script.now;
  let planned = 0;
  return phases.map((one, index) => {
    const [begin, end] = phaseTimes[index] ?? [0, 0];
    const plannedStart = index <= phase ? planned : Math.max(planned, begin);
    planned = plannedStart + one.bakeSeconds;
    const state = phaseState(script, index, phase, stage);
    const started = index <= phase;
    const baked = index > phase ? 0 : Math.max(0, Math.min(index < phase ? end : stop, stop) - begin - 10);
    const mustBake = index === 0 ? 380 : one.bakeSeconds;
    const late = Math.max(0, (started && index === phase ? begin : plannedStart) + one.bakeSeconds);
    return {
      share: one.share,
      bakeSeconds: one.bakeSeconds,
      bakeMaximumSeconds: one.bakeMaximumSeconds ?? one.bakeSeconds * 2,
      plannedStart: at(index > phase ? begin : plannedStart),
      plannedEnd: at(index > phase ? end : Math.max(planned, late)),
      startedAt: started ? at(begin) : null,
      endedAt: index < phase || script.completed ? at(end) : state === 'failed' && script.rollback ? at(stop) : null,
      bakedSeconds: baked,
      mustBakeSeconds: mustBake,
      state,
      gates: one.gates.map((gate) => ({
        gate,
        state:
          index < phase || script.completed
            ? 'passed'
            : state === 'failed' && gate === 'verdict'
              ? 'failed'
              : gate === 'readiness' && started
                ? 'passed'
                : 'pending',
        because: gateBecause(gate, index, {
          started,
          passed: index < phase || script.completed === true,
          failed: state === 'failed',
        }),
      })),
      owner: one.owner,
      goal: one.goal,
    };
  });
}

function shareSteps(script: Script, phase: number): ShareStep[] {
  const steps: ShareStep[] = [];
  for (let index = 0; index <= phase; index++) {
    steps.push({ at: at(phaseTimes[index]?.[0] ?? 0), share: phases[index]?.share ?? 0, harm: false });
  }
  if (script.badFrom !== undefined && script.now >= degradedFrom(script)) {
    const last = steps.at(-1);
    if (last) last.harm = true;
  }
  if (script.rollback && script.now >= script.rollback.at) {
    steps.push({ at: at(script.rollback.at + 0.4), share: 0, harm: false });
  }
  return steps;
}

const shareAt = (steps: ShareStep[], moment: number): number =>
  steps.reduce((share, step) => (step.at <= moment ? step.share : share), 0);

function samples(script: Script, id: string, steps: ShareStep[]): Signal['series'] {
  const stop = Math.min(script.now, script.lostAt ?? Infinity);
  const stable: Sample[] = [];
  const canary: Sample[] = [];
  for (let seconds = 0, index = 0; seconds <= stop; seconds += stepSeconds, index++) {
    const share = shareAt(steps, at(seconds)) / 100;
    const bad =
      script.badFrom !== undefined && seconds > script.badFrom ? Math.min(1, (seconds - script.badFrom) / 75) : 0;
    const gone = script.rollback !== undefined && seconds > script.rollback.at;
    const push = (into: Sample[], value: number | null, spread: number): void => {
      into.push({
        at: at(seconds),
        value,
        low: value === null ? null : Math.max(0, value - spread),
        high: value === null ? null : value + spread,
      });
    };
    const n = smoothNoise;
    if (id === 'errors') {
      push(stable, 0.0012 + n(1, index) * 0.0003, 0.0001);
      push(canary, gone ? null : 0.0011 + n(2, index) * 0.0004 + bad * bad * 0.041, 0.0003);
    } else if (id === 'latency-p95') {
      push(stable, 0.184 + n(3, index) * 0.008, 0.003);
      push(canary, gone ? null : 0.179 + n(4, index) * 0.01 + bad * 0.56, 0.008);
    } else if (id === 'requests') {
      const all = 752 + n(5, index) * 20;
      push(stable, all * (1 - share), 0);
      push(canary, gone ? null : all * share, 0);
    } else {
      push(stable, 0.58 - share * 0.12 + n(6, index) * 0.02, 0.01);
      push(canary, gone ? null : 0.46 + share * 0.3 + n(7, index) * 0.03, 0.02);
    }
  }
  return [
    { arm: 'stable', samples: stable },
    { arm: 'canary', samples: canary },
  ];
}

const lastOf = (series: Signal['series'], arm: 'stable' | 'canary'): number | null =>
  series.find((one) => one.arm === arm)?.samples.findLast((sample) => sample.value !== null)?.value ?? null;

function judge(script: Script, signals: Signal[], phase: number): Judgement {
  const outcome = outcomeAt(script, script.now);
  const since = script.now - (phaseTimes[phase]?.[0] ?? 0);
  const evidence = outcome === 'degraded' ? 1 : Math.min(1, since / 363);
  const verdicts: SignalVerdict[] = signals.map(({ spec, series }) => {
    const canary = lastOf(series, 'canary');
    const stable = lastOf(series, 'stable');
    const limit = spec.rule.limit?.value ?? null;
    const base = {
      signal: spec.id,
      role: spec.role,
      basis: 'concurrent' as const,
      canary,
      stable,
      interval:
        canary !== null && stable !== null
          ? ([canary - stable - 0.002, canary - stable + 0.002] as [number, number])
          : null,
      intervalOf: { type: 'difference' as const },
      effect: spec.rule.againstStable?.absolute ?? null,
      overdispersion: 1,
      expectedSeconds: null,
      newestMs: at(script.now),
      evidence: { fraction: evidence, towards: null, have: evidence * 9000, need: 9000, needed: 'requests' as const },
    };
    if (spec.role === 'context') return { ...base, verdict: 'notEnoughEvidence', reason: { code: 'context' } };
    const value = canary ?? 0;
    if (outcome === 'degraded' && spec.id === 'errors' && limit !== null) {
      return { ...base, verdict: 'degraded', reason: { code: 'overLimit', value, limit, seconds: 41 } };
    }
    if (outcome === 'degraded' && spec.id === 'latency-p95' && limit !== null) {
      const sure = script.rollback !== undefined;
      return sure
        ? {
            ...base,
            verdict: 'degraded',
            reason: { code: 'worseThanStable', canary: value, stable: stable ?? 0, effect: 0.05 },
          }
        : {
            ...base,
            verdict: 'notEnoughEvidence',
            reason: { code: 'nearLimit', value, limit, seconds: 22, allowedSeconds: 60 },
          };
    }
    if (spec.id === 'cpu' && limit !== null)
      return { ...base, verdict: 'healthy', reason: { code: 'withinLimit', value, limit } };
    if (since < 150) {
      return {
        ...base,
        verdict: 'notEnoughEvidence',
        reason: { code: 'collecting', have: evidence * 9000, need: 9000 },
      };
    }
    return {
      ...base,
      verdict: 'healthy',
      reason: { code: 'noWorse', canary: value, stable: stable ?? 0, effect: 0.005 },
    };
  });
  const failing = verdicts.filter((one) => one.verdict === 'degraded');
  const waiting = verdicts.filter((one) => one.verdict === 'notEnoughEvidence' && one.role !== 'context');
  const first = failing[0] ?? waiting[0];
  return {
    outcome,
    since: at(outcome === 'degraded' ? degradedFrom(script) : (phaseTimes[phase]?.[0] ?? 0)),
    readiness: 'healthy',
    verdict: {
      verdict: outcome,
      signals: verdicts,
      failing: failing.map((one) => one.signal),
      waiting: waiting.map((one) => one.signal),
      sentence:
        failing[0] && first
          ? { code: 'failing', signal: first.signal, reason: first.reason }
          : first
            ? {
                code: 'waitingFor',
                signal: first.signal,
                reason: first.reason,
                expectedSeconds: Math.max(0, 363 - since),
                others: waiting.length - 1,
              }
            : { code: 'allHealthy', signals: 3 },
      newestMs: at(script.now),
    },
  };
}

function podsOf(script: Script, steps: ShareStep[]): Pods {
  const share = shareAt(steps, at(script.now));
  const canary = script.completed ? 12 : share >= 100 ? 12 : share >= 50 ? 6 : share >= 25 ? 3 : share > 0 ? 1 : 0;
  const stable = script.completed || share >= 100 ? 0 : 12;
  const oom: Said = { code: 'containerEnded', reason: 'OOMKilled', exitCode: 137 };
  const failing = script.badFrom !== undefined && script.now > script.badFrom + 10 && canary > 2 ? 2 : 0;
  const dots = (label: string, count: number, sick: number): PodDot[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `checkout-${label}-${index.toString(36).padStart(5, 'x')}`,
      state: index >= count - sick ? 'restarting' : 'ready',
      restarts: index >= count - sick ? 2 : 0,
      trouble: index >= count - sick ? oom : null,
    }));
  return {
    ready: stable + canary - failing,
    total: stable + canary,
    wanted: 12,
    restarts: failing * 2,
    arms: [
      { arm: 'stable', pods: dots('5d9', stable, 0) },
      { arm: 'canary', pods: dots('7fc', canary, failing) },
    ],
  };
}

function events(script: Script, phase: number, stage: Stage): EventLine[] {
  const lines: Omit<EventLine, 'seq'>[] = [];
  const add = (seconds: number, what: EventWhat, inPhase: number, more: Partial<EventLine> = {}): void => {
    if (seconds <= script.now) lines.push({ at: at(seconds), what, reason: null, by: null, phase: inPhase, ...more });
  };
  const record = (value: Extract<EventWhat, { kind: 'record' }>['value']): EventWhat => ({ kind: 'record', value });
  add(
    -1,
    {
      kind: 'check',
      value: { state: 'warning', said: { code: 'configChanged', kind: 'ConfigMap', name: 'checkout-config' } },
    },
    0,
  );
  add(0, record({ code: 'commanded', command: { command: 'start' } }), 0, {
    by: mei,
    reason: { code: 'verbatim', text: 'Tax rounding fix, CHK-2291' },
  });
  for (let index = 0; index <= phase; index++) {
    const [begin, end] = phaseTimes[index] ?? [0, 0];
    const share = phases[index]?.share ?? 0;
    add(begin, record({ code: 'phaseStarted', share }), index);
    const count = [1, 3, 6, 12][index] ?? 1;
    add(begin + 9, { kind: 'said', value: { code: 'podsReady', count, version: after.label, seconds: 9 } }, index);
    if (index === 0) add(360, record({ code: 'bakeExtended', maximumMillis: 720_000 }), 0);
    if (index < phase || script.completed)
      add(end - 0.5, record({ code: 'phasePassed', bakedMillis: (end - begin) * 1000 }), index);
    if (index === phase && !script.badFrom) {
      add(begin + 150, record({ code: 'healthChanged', from: 'notEnoughEvidence', to: 'healthy' }), index);
    }
  }
  if (script.badFrom !== undefined) {
    add(script.badFrom + 22, { kind: 'said', value: { code: 'podsRestarted', count: 2, of: 6 } }, phase, {
      reason: { code: 'containerEnded', reason: 'OOMKilled', exitCode: 137 },
    });
    add(degradedFrom(script), record({ code: 'healthChanged', from: 'healthy', to: 'degraded' }), phase, {
      reason: { code: 'verbatim', text: '4.1% against 0.12%, the limit is 0.5%' },
    });
  }
  if (stage.stage === 'held') add(script.held?.at ?? 0, record({ code: 'held', reason: stage.reason }), phase);
  if (script.rollback) {
    const { at: asked, automatic, settledAt } = script.rollback;
    add(
      asked,
      record({ code: 'rollbackStarted', target: { kind: 'before' }, automatic, reason: '' }),
      phase,
      automatic ? {} : { by: mei },
    );
    add(asked + 0.04, { kind: 'said', value: { code: 'actWent', status: 'accepted', afterMs: 3.1 } }, phase);
    if (settledAt !== undefined) add(settledAt, record({ code: 'rolledBack' }), phase);
  }
  if (script.completed) add(2095, record({ code: 'completed' }), 3);
  if (script.lostAt !== undefined)
    add(script.lostAt + 4, { kind: 'said', value: { code: 'contactChanged', state: 'lost' } }, phase);
  return lines
    .sort((a, b) => a.at - b.at)
    .map((line, index) => ({ ...line, seq: index + 1 }))
    .reverse();
}

const on: Control = { on: true, offBecause: null };
const off = (because: Said): Control => ({ on: false, offBecause: because });

function controlsOf(script: Script, stage: Stage, outcome: GateOutcome): Controls {
  const why: Said | null =
    stage.stage === 'rollingBack'
      ? { code: 'offRollingBack' }
      : stage.stage === 'rolledBack' || stage.stage === 'completed'
        ? { code: 'offFinished' }
        : script.lostAt !== undefined
          ? { code: 'offNoContact' }
          : null;
  const forward: Said | null = why ?? (outcome === 'degraded' ? { code: 'offDegraded' } : null);
  const moving: Said | null = forward ?? (stage.stage === 'shifting' ? { code: 'offShifting' } : null);
  const held = stage.stage === 'held';
  const set = (because: Said | null): Control => (because ? off(because) : on);
  return {
    hold: set(why ?? (held ? { code: 'offHeld' } : null)),
    resume: set(forward ?? (held ? null : { code: 'offNotHeld' })),
    approve: set(forward ?? (script.waiting && !script.approved ? null : { code: 'offNothingToApprove' })),
    skipBake: set(moving),
    promote: set(forward),
    handOver: set(why),
  };
}

function rollbackOf(script: Script, stage: Stage, outcome: GateOutcome): Rollback {
  const cold = script.preflight === 'cold' || script.completed === true;
  const checks: Check[] = cold
    ? [{ state: 'passed', said: { code: 'podsMustStart', count: 12, version: before.label } }]
    : [{ state: 'passed', said: { code: 'podsWarm', count: 12, version: before.label } }];
  if (script.preflight === 'failed') {
    checks.unshift({
      state: 'failed',
      said: { code: 'dryRunRefused', message: 'admission webhook "images.shop.example" denied the request' },
    });
  }
  checks.push(
    { state: 'warning', said: { code: 'configChanged', kind: 'ConfigMap', name: 'checkout-config' } },
    { state: 'passed', said: { code: 'dryRunPassed' } },
    { state: 'passed', said: { code: 'allowed' } },
    { state: 'passed', said: { code: 'noOwner' } },
  );
  const steps: RollbackStep[] = [];
  let spot: RollbackSpot = {
    kind: outcome === 'degraded' ? 'degraded' : script.preflight === 'failed' ? 'preflightFailed' : 'ready',
  };
  const { rollback } = script;
  if (rollback && script.now >= rollback.at) {
    const took = script.now - rollback.at;
    const doneAt = [0.1, 0.4, 5.2, 7.9];
    const said: Said[] = [
      { code: 'stepRestoreTemplate', version: before.label },
      { code: 'stepNewGone', version: after.label },
      { code: 'stepOldServesAll', version: before.label },
      { code: 'stepRestoreFields' },
    ];
    said.forEach((one, index) => {
      const begun = index === 0 ? 0 : (doneAt[index - 1] ?? 0);
      const end = doneAt[index] ?? 0;
      const state = took >= end ? 'done' : took >= begun ? 'running' : 'pending';
      steps.push({
        said: one,
        state,
        seconds: state === 'pending' ? null : Math.round(Math.min(took, end) * 10 - begun * 10) / 10,
        detail: state === 'running' ? { code: 'podsReadyOf', ready: 12, wanted: 12 } : null,
      });
    });
    spot =
      stage.stage === 'rolledBack'
        ? {
            kind: 'finished',
            at: at(rollback.settledAt ?? script.now),
            seconds: (rollback.settledAt ?? script.now) - rollback.at,
          }
        : { kind: 'running', since: at(rollback.at), automatic: rollback.automatic, slow: took > 16 };
  }
  if (script.nothing) spot = { kind: 'nothing', because: { code: 'noTarget' } };
  return {
    spot,
    target: script.nothing ? null : choice(before.label, null, cold ? 0 : 12, at(-86_400 * 7)),
    checks: script.nothing ? [{ state: 'failed', said: { code: 'noTarget' } }] : checks,
    checkedAt: at(script.now - 2),
    estimate: script.nothing ? null : { seconds: cold ? 95 : 8, measuredStarts: 14 },
    steps,
    others: script.nothing ? [] : [choice('2.14.0', 40, 0, at(-86_400 * 9)), choice('2.13.4', 39, 0, at(-86_400 * 21))],
    byHand: script.nothing
      ? null
      : `kubectl --context prod-eu1 -n shop patch deployment checkout --type=json -p '[{"op":"replace","path":"/spec/template","value":{}}]'`,
  };
}

function impactOf(script: Script, signals: Signal[]): Impact | null {
  if (script.badFrom === undefined) return null;
  const errors = signals[0]?.series.find((one) => one.arm === 'canary')?.samples ?? [];
  const rates = signals[2]?.series.find((one) => one.arm === 'canary')?.samples ?? [];
  const worst = errors.reduce((top, one) => ((one.value ?? 0) > (top?.value ?? 0) ? one : top), errors[0]);
  const failed = errors.reduce((sum, one, i) => sum + (one.value ?? 0) * (rates[i]?.value ?? 0) * stepSeconds, 0);
  const bad = errors.filter((one) => (one.value ?? 0) > 0.005);
  const running = !script.rollback || script.now < script.rollback.at;
  return {
    failingPerSecond: running
      ? (lastOf(signals[0]?.series ?? [], 'canary') ?? 0) * (lastOf(signals[2]?.series ?? [], 'canary') ?? 0)
      : 0,
    failedRequests: failed,
    canaryRequests: rates.reduce((sum, one) => sum + (one.value ?? 0) * stepSeconds, 0),
    worstErrorRatio: worst?.value ?? null,
    worstAt: worst?.at ?? null,
    firstBadAt: bad[0]?.at ?? null,
    lastBadAt: bad.at(-1)?.at ?? null,
    podTrouble: [{ code: 'podsRestarted', count: 2, of: 6 }],
  };
}

/** The live screen's picture at a moment of the story. */
export function picture(script: Script): LiveRelease {
  const phase = phaseAt(script);
  const stage = stageOf(script);
  const steps = shareSteps(script, phase);
  const signals: Signal[] = specs.map((spec) => ({
    spec,
    series: samples(script, spec.id, steps),
    failure: script.noSamples ? (sourceTroubles[spec.id] ?? null) : null,
    course: { intervalOf: null, bounds: [], changes: [] },
  }));
  const judgement = judge(script, signals, phase);
  for (const signal of signals) signal.course = courseOf(script.now, signal, judgement);
  const outcome = outcomeAt(script, script.now);
  const over = stage.stage === 'rolledBack' || stage.stage === 'completed';
  const share = shareAt(steps, at(script.now));
  const stableRate = lastOf(signals[2]?.series ?? [], 'stable') ?? 0;
  const canaryRate = share === 0 ? 0 : (lastOf(signals[2]?.series ?? [], 'canary') ?? 0);
  const contact: Contact =
    script.lostAt === undefined
      ? { state: 'live', asOf: at(script.now - 0.4), since: startedAt }
      : { state: 'lost', asOf: at(script.lostAt), since: at(script.lostAt + 4) };
  const ended = script.completed ? 2095 : script.rollback?.settledAt;
  return {
    head: { ...head, endedAt: over && ended !== undefined ? at(ended) : null },
    stage,
    phase,
    phases: tracks(script, phase, stage),
    shares: steps,
    now: at(script.now),
    contact,
    driver: mei,
    youDrive: true,
    automaticRollback: script.automatic !== false,
    judgement,
    signals,
    traffic: {
      podShare: share,
      measuredShare:
        stableRate + canaryRate > 0 ? Math.round((canaryRate / (stableRate + canaryRate)) * 1000) / 10 : null,
      stablePerSecond: stableRate,
      canaryPerSecond: canaryRate,
    },
    pods: podsOf(script, steps),
    events: events(script, phase, stage),
    controls: controlsOf(script, stage, outcome),
    rollback: rollbackOf(script, stage, outcome),
    waits: script.noSamples ? waitsOf(at(script.now)) : [],
    act: script.act ?? null,
    impact: impactOf(script, signals),
    resumeOffer:
      stage.stage === 'rolledBack' ? { phase, until: at((script.rollback?.settledAt ?? script.now) + 600) } : null,
  };
}

/** The same release in the sidebar. */
export function running(live: LiveRelease): RunningRelease {
  return {
    id: live.head.id,
    application: live.head.application,
    environment: live.head.environment,
    stage: live.stage,
    outcome: live.judgement.outcome,
    share: shareAt(live.shares, live.now),
    startedAt: live.head.startedAt,
    phases: live.phases,
    shares: live.shares,
    now: live.now,
    contact: live.contact,
  };
}

/** Every telling that the screens are looked at with. */
export const tellings = {
  collecting: { now: 95 },
  healthy: { now: 672 },
  held: { now: 700, held: { at: 640, by: 'person' } },
  waiting: { now: 1510, waiting: true },
  degraded: { now: 1022, badFrom: 968, automatic: false },
  rollingBack: { now: 1047, badFrom: 968, rollback: { at: 1041, automatic: true } },
  rolledBack: { now: 1075, badFrom: 968, rollback: { at: 1041, automatic: true, settledAt: 1048.9 } },
  completed: { now: 2120, completed: true },
  noContact: { now: 693, lostAt: 672 },
  preflightFailed: { now: 672, preflight: 'failed' },
  cold: { now: 672, preflight: 'cold' },
  nothing: { now: 672, nothing: true },
  noSamples: { now: 672, noSamples: true },
} satisfies Record<string, Script>;

/** The name of a telling. */
export type Telling = keyof typeof tellings;
