import type { Control, Controls, GateOutcome, Said, Stage } from '../generated/view';
import type { Script } from './script';

const on: Control = { on: true, offBecause: null };
const off = (because: Said): Control => ({ on: false, offBecause: because });

/** The buttons that move it. */
export function controlsOf(script: Script, stage: Stage, outcome: GateOutcome): Controls {
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
