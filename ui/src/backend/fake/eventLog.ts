import type { EventLine, EventWhat, Stage } from '../generated/view';
import { after, mei, phases, phaseTimes } from './checkout';
import { at, degradedFrom, type Script } from './script';

/** The lines of the event list, newest first. */
export function events(script: Script, phase: number, stage: Stage): EventLine[] {
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
      reason: {
        code: 'judged',
        sentence: {
          code: 'failing',
          signal: 'errors',
          reason: { code: 'overLimit', value: 0.041, limit: 0.005, seconds: 41 },
        },
        evidence: 1,
      },
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
