import type { Protection } from '../backend/generated/view';

/** What going forward takes in an environment now. */
export type Takes = 'press' | 'hold' | 'unlock';

/** What a protection asks for at a moment. */
export function takes(protection: Protection, now: number): Takes {
  switch (protection.kind) {
    case 'open':
      return 'press';
    case 'confirm':
      return 'hold';
    case 'locked':
      return protection.unlockedUntil !== null && protection.unlockedUntil > now ? 'hold' : 'unlock';
  }
}

/** Milliseconds until a lock closes again; `null` where nothing is unlocked. */
export function unlockedFor(protection: Protection, now: number): number | null {
  if (protection.kind !== 'locked' || protection.unlockedUntil === null) return null;
  return protection.unlockedUntil > now ? protection.unlockedUntil - now : null;
}
