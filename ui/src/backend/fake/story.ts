import type { Contact, LiveRelease, RunningRelease, ShareStep, Signal } from '../generated/view';
import { sourceTroubles, waitsOf } from './because';
import { head, mei, specs, startedAt } from './checkout';
import { controlsOf } from './controls';
import { courseOf } from './course';
import { events } from './eventLog';
import { impactOf } from './impact';
import { judge } from './judging';
import { shareAt, shareSteps, tracks } from './phases';
import { podsOf } from './pods';
import { lastOf, samples } from './samples';
import { at, outcomeAt, phaseAt, stageOf, type Script } from './script';
import { rollbackOf } from './wayBack';

/** For two minutes new pods are read first-hand. */
function isYoung(script: Script, steps: ShareStep[]): boolean {
  const newest = steps.at(-1);
  return newest !== undefined && newest.share > 0 && at(script.now) - newest.at < 120_000;
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
    firsthand: isYoung(script, steps) && (spec.kind.type === 'errorRatio' || spec.kind.type === 'latency'),
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
