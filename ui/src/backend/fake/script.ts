import type { Act, GateOutcome, Stage } from '../generated/view';
import { jonas, phases, phaseTimes, startedAt } from './checkout';

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

/** The clock at some seconds of the story. */
export const at = (seconds: number): number => startedAt + Math.round(seconds * 1000);
/** Seconds between two samples. */
export const stepSeconds = 5;

/** The end of what happens by itself: a rollback, a hold and lost contact all stop the clock of the phases. */
export function phaseAt(script: Script): number {
  const until = Math.min(script.now, script.rollback?.at ?? Infinity, script.held?.at ?? Infinity);
  if (script.completed) return phases.length - 1;
  const limit = script.waiting && !script.approved ? 2 : phases.length - 1;
  let found = 0;
  phaseTimes.forEach(([begin], index) => {
    if (until >= begin && index <= limit) found = index;
  });
  return found;
}

/** When the judge finds it degraded, in seconds. */
export const degradedFrom = (script: Script): number => (script.badFrom ?? Infinity) + 47;

/** What is known about the health at a moment. */
export function outcomeAt(script: Script, now: number): GateOutcome {
  if (now >= degradedFrom(script)) return 'degraded';
  const phase = phaseAt({ ...script, now });
  const since = now - (phaseTimes[phase]?.[0] ?? 0);
  return since < 150 ? 'notEnoughEvidence' : 'healthy';
}

/** Where the release is. */
export function stageOf(script: Script): Stage {
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
