import type { PhaseState, PhaseTrack, ShareStep, Stage } from '../generated/view';
import { gateBecause } from './because';
import { phases, phaseTimes } from './checkout';
import { at, degradedFrom, outcomeAt, type Script } from './script';

function phaseState(script: Script, index: number, phase: number, stage: Stage): PhaseState {
  if (script.completed || index < phase) return 'passed';
  if (index > phase) return 'planned';
  if (stage.stage === 'held') return 'held';
  if (stage.stage === 'rollingBack' || stage.stage === 'rolledBack') return 'failed';
  if (outcomeAt(script, script.now) === 'degraded') return 'failed';
  return stage.stage === 'shifting' ? 'shifting' : 'baking';
}

/** The phases as planned and as they went. */
export function tracks(script: Script, phase: number, stage: Stage): PhaseTrack[] {
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

/** The shares that the canary had. */
export function shareSteps(script: Script, phase: number): ShareStep[] {
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

/** The share at a moment of the clock. */
export const shareAt = (steps: ShareStep[], moment: number): number =>
  steps.reduce((share, step) => (step.at <= moment ? step.share : share), 0);
