import type { LiveRelease } from '../../backend/generated/view';
import { saidSentence } from '../../domain/judgement';
import { isOver } from '../../domain/status';
import { lastValue, samplesOf, signalFormat, shortSignalName } from '../../domain/signals';
import { clock, duration, measured, percent, type Language, type Words } from '../../words/index.svelte';

/** The bar over a release: where users are first, then why. */
export interface AlarmText {
  look: 'alarm' | 'done' | 'calm' | 'offline';
  title: string;
  users: string;
  why: string;
  number: string;
  numberText: string;
}

/** The moment that the picture shows: now, or, without contact, when the cluster was last heard of. */
export function shownNow(live: LiveRelease): number {
  return live.contact.state === 'live' ? live.now : Math.min(live.now, live.contact.asOf ?? live.now);
}

/** The share that users have now. */
export function shareNow(live: LiveRelease): number {
  return live.shares.findLast((step) => step.at <= live.now)?.share ?? 0;
}

/** The current version's numbers, in one line. */
function numbersNow(w: Words, live: LiveRelease): string {
  return live.signals
    .filter((signal) => signal.spec.role !== 'context')
    .slice(0, 2)
    .flatMap((signal) => {
      const last = lastValue(samplesOf(signal, 'stable'))?.value;
      if (last === null || last === undefined) return [];
      return [`${shortSignalName(w, signal.spec)} ${signalFormat(w, signal.spec).value(last)}`];
    })
    .join(', ');
}

/** What the bar says; nothing while all is well. */
export function alarmOf(
  w: Words,
  language: Language,
  live: LiveRelease,
  now: number,
  /** A moment of the record: no contact is missed there. */
  replayed = false,
): AlarmText | null {
  const a = w.live.alarm;
  const { stage, head, impact } = live;
  const share = shareNow(live);
  const users = share >= 100 ? a.allUsersOn(head.to.label) : a.usersOn(percent(share), head.to.label);
  const worst = live.judgement.outcome === 'degraded' ? saidSentence(w, live) : '';
  const target = live.rollback.target?.label ?? head.from.label;

  if (stage.stage === 'rolledBack') {
    const { spot } = live.rollback;
    const recovered =
      impact?.firstBadAt !== null && impact?.firstBadAt !== undefined && spot.kind === 'finished'
        ? (spot.at - impact.firstBadAt) / 1000
        : null;
    const numbers = numbersNow(w, live);
    return {
      look: 'done',
      title: a.back(head.environment.name, target),
      users: spot.kind === 'finished' ? a.backText(duration(language, spot.seconds)) : '',
      why: numbers ? a.sameAsBefore(numbers) : '',
      number: recovered === null ? '' : duration(language, Math.round(recovered)),
      numberText: recovered === null ? '' : a.recovered,
    };
  }
  if (stage.stage === 'rollingBack') {
    const seconds = (live.now - stage.since) / 1000;
    const { estimate } = live.rollback;
    return {
      look: 'alarm',
      title: worst || stage.automatic ? a.rollingBack(target) : a.personRollingBack(target),
      users: share <= 0 ? a.usersBack(target) : users,
      why: worst ? a.sentence(worst) : '',
      number: duration(language, Math.round(seconds * 10) / 10),
      numberText: estimate ? a.of(duration(language, estimate.seconds)) : '',
    };
  }
  if (live.contact.state === 'lost' || (live.contact.state === 'recorded' && !isOver(stage) && !replayed)) {
    const since = live.contact.asOf ?? live.contact.since;
    return {
      look: 'offline',
      title: a.noContact(head.environment.name, duration(language, Math.max(0, Math.round((now - since) / 1000)))),
      users: '',
      why: a.noContactText(percent(share), head.to.label, clock(since)),
      number: '',
      numberText: '',
    };
  }
  if (stage.stage === 'completed') {
    return {
      look: 'done',
      title: a.completed(head.environment.name, head.to.label),
      users: a.completedText(
        live.phases.length,
        duration(language, ((head.endedAt ?? live.now) - head.startedAt) / 1000),
      ),
      why: '',
      number: '',
      numberText: '',
    };
  }
  if (stage.stage === 'refused') {
    return {
      look: 'calm',
      title: a.refused,
      users: a.refusedText,
      why: stage.reasons.join(' '),
      number: '',
      numberText: '',
    };
  }
  if (live.judgement.outcome === 'degraded') {
    const cost = impact?.failingPerSecond ?? null;
    return {
      look: 'alarm',
      title: stage.stage === 'held' ? a.held(percent(share)) : a.decide(percent(share)),
      users,
      why: `${worst ? `${a.sentence(worst)} ` : ''}${live.automaticRollback ? '' : a.noAutomatic}`,
      number: cost === null ? '' : a.perSecond(measured(cost)),
      numberText: cost === null ? '' : a.failWhileWaiting,
    };
  }
  return null;
}
