import type { RollbackChoice, RollbackTarget } from '../backend/generated/view';

/** Whether two targets are the same place to go back to. Two revisions can carry the same name. */
export function sameTarget(one: RollbackTarget, other: RollbackTarget): boolean {
  if (one.kind === 'before' || other.kind === 'before') return one.kind === other.kind;
  return one.revision === other.revision && one.version.templateHash === other.version.templateHash;
}

/** Where a choice stands in a list; the version before may stand there as a revision. −1 if it does not. */
export function choiceAt(choices: readonly RollbackChoice[], choice: RollbackChoice | null): number {
  if (!choice) return -1;
  const exact = choices.findIndex((one) => sameTarget(one.target, choice.target));
  if (exact >= 0 || choice.target.kind !== 'before') return exact;
  return choices.findIndex((one) => one.label === choice.label);
}
