import type { LiveRelease } from '../../backend/generated/view';

/** What a person can do that goes forward. */
export type Forward = 'promote' | 'skipBake' | 'approve' | 'resume' | 'resumeAt';

export { takes, unlockedFor, type Takes } from '../../domain/protection';

/** Whether the phase waits for nothing but a person's yes. */
export function waitsForApproval(live: LiveRelease): boolean {
  return live.controls.approve.on && live.stage.stage === 'baking';
}
