import type { CheckState, Ending, GateOutcome, GateState, RunningRelease, Stage } from '../backend/generated/view';
import type { GlyphKind } from '../shared/Glyph.svelte';

/** The shape of a health. */
export function outcomeGlyph(outcome: GateOutcome): GlyphKind {
  return ({ healthy: 'healthy', degraded: 'degraded', notEnoughEvidence: 'unsure' } as const)[outcome];
}

/** The shape of a release: what is most urgent about it. */
export function releaseGlyph(stage: Stage, outcome: GateOutcome): GlyphKind {
  switch (stage.stage) {
    case 'rolledBack':
      return 'rolledBack';
    case 'completed':
      return 'calm';
    case 'refused':
      return 'none';
    case 'planned':
    case 'preflight':
      return 'working';
    case 'held':
      return outcome === 'degraded' ? 'degraded' : 'held';
    default:
      return outcomeGlyph(outcome);
  }
}

/** The shape of an ending. */
export function endingGlyph(ending: Ending, wasHeld: boolean): GlyphKind {
  switch (ending) {
    case 'rolledBack':
      return 'rolledBack';
    case 'held':
      return 'held';
    case 'running':
      return 'working';
    case 'refused':
      return 'none';
    case 'completed':
      return wasHeld ? 'held' : 'calm';
  }
}

/** The shape of a gate. */
export function gateGlyph(state: GateState): GlyphKind {
  return ({ pending: 'gatePending', passed: 'gatePassed', failed: 'gateFailed' } as const)[state];
}

/** The shape of a check. */
export function checkGlyph(state: CheckState): GlyphKind {
  return ({ running: 'working', passed: 'calm', warning: 'warning', failed: 'degraded' } as const)[state];
}

/** Whether a release can still change. */
export function isOver(stage: Stage): boolean {
  return stage.stage === 'completed' || stage.stage === 'rolledBack' || stage.stage === 'refused';
}

/** Whether a running release needs a person now. */
export function needsPerson(release: RunningRelease): boolean {
  return release.outcome === 'degraded' || release.stage.stage === 'held';
}

/** Initials for an avatar. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const letters = parts.length > 1 ? `${parts[0]?.charAt(0)}${parts.at(-1)?.charAt(0)}` : name.slice(0, 2);
  return letters.toUpperCase();
}
