import type { Check, GateOutcome, Rollback, RollbackSpot, RollbackStep, Said, Stage } from '../generated/view';
import { after, before, choice } from './checkout';
import { at, type Script } from './script';

/** The way back. */
export function rollbackOf(script: Script, stage: Stage, outcome: GateOutcome): Rollback {
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
