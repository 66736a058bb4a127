import type { RecordWords } from '../facts';
import { duration, percent } from '../format';
import { reasons } from './reasons';

const minutes = (millis: number): string => duration('en', millis / 1000);
const hold = (reason: Parameters<RecordWords['held']>[0]['reason']): string =>
  (reasons.hold[reason.code] as (facts: typeof reason) => string)(reason);

/** What happened. */
const what: RecordWords = {
  commanded: (f, c) =>
    ({
      start: 'Started',
      hold: 'Hold asked for',
      resume: 'Asked to go on',
      approve: 'Approved',
      skipBake: 'Bake skipped',
      promote: `${c.version} promoted`,
      rollBack: 'Rollback asked for',
      handOver: f.command.command === 'handOver' ? `Handed over to ${f.command.to}` : 'Handed over',
    })[f.command.command],
  preflightPassed: () => 'Preflight passed',
  preflightFailed: () => 'Preflight failed, nothing was changed',
  phaseStarted: (f, c) => `Phase ${c.phase} started: ${percent(f.share)}`,
  shareReached: (f, c) => `${c.version} is at ${percent(f.share)}`,
  phasePassed: (_, c) => `Phase ${c.phase} passed`,
  bakeExtended: (f) => `Bake extended, to ${minutes(f.maximumMillis)} at most`,
  healthChanged: (f) =>
    ({ healthy: 'Verdict: healthy', degraded: 'Verdict: degraded', notEnoughEvidence: 'Verdict: not enough evidence' })[
      f.to
    ],
  promotionStarted: (_, c) => `Everything goes to ${c.version}`,
  completed: (_, c) => `Completed: ${c.version} serves everything`,
  held: () => 'Held',
  resumed: () => 'Goes on',
  rollbackStarted: (f) => (f.automatic ? 'Automatic rollback started' : 'Rollback started'),
  rolledBack: () => 'Rolled back',
  takenOver: (f) => `Taken over from ${f.from}`,
  rollbackTrouble: () => 'The cluster refuses a part of the rollback; Slipway keeps trying',
  exceeded: (f) => `${percent(f.share)} runs the new version, ${percent(f.planned)} was planned`,
  foreignChange: () => 'Somebody else changed the workload',
};

/** Why, where the record knows it; an empty text where it does not. */
const why: RecordWords = {
  commanded: (f) => ('reason' in f.command ? f.command.reason : ''),
  preflightPassed: () => 'Nothing forbids the start',
  preflightFailed: (f) => f.reasons.join('; '),
  phaseStarted: () => '',
  shareReached: () => 'The bake begins',
  phasePassed: (f) => `All gates passed after ${minutes(f.bakedMillis)}`,
  bakeExtended: () => 'Because the evidence is not enough yet',
  healthChanged: (f) =>
    ({ healthy: 'Was healthy', degraded: 'Was degraded', notEnoughEvidence: 'Evidence was collected before' })[f.from],
  promotionStarted: () => '',
  completed: () => '',
  held: (f) => `Because ${hold(f.reason)}`,
  resumed: () => '',
  rollbackStarted: (f) => f.reason || (f.automatic ? 'Because the new version is degraded' : ''),
  rolledBack: () => 'The version before serves everything',
  takenOver: () => 'This Slipway drives from here on',
  rollbackTrouble: (f) => f.message,
  exceeded: () => 'Something else than Slipway changed the number of pods',
  foreignChange: (f) => f.what,
};

export const records = {
  what,
  why,
  says: (person: string, words: string) => `${person}: “${words}”`,
  by: (person: string) => `By ${person}`,
  because: (reason: string) => `Because ${reason}`,
};
