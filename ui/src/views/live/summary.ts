import type { LiveRelease } from '../../backend/generated/view';
import { lineText } from '../../domain/records';
import { clock, dayAndClock, percent, type Language, type Words } from '../../words/index.svelte';
import { alarmOf, shareNow } from './alarm';

/** The release in a few lines of text, for a chat or a ticket. */
export function summaryOf(w: Words, language: Language, live: LiveRelease, now: number): string {
  const { head } = live;
  const alarm = alarmOf(w, language, live, now);
  const began = dayAndClock(language, head.startedAt, now);
  return w.live.summary({
    release: `${head.application} ${head.from.label} → ${head.to.label}, ${head.environment.name}`,
    what: w.live.startedBy(head.id, began, head.startedBy.name),
    stage: `${w.live.stage[live.stage.stage]}, ${w.live.shareOn(percent(shareNow(live)), head.to.label)}. ${w.health.outcome[live.judgement.outcome]}.`,
    users: alarm ? [alarm.title, alarm.users, alarm.why].filter(Boolean).join(' ') : '',
    events: live.events
      .slice(0, 12)
      .map((line) => {
        const text = lineText(w, line, head.to.label, live.signals);
        return `${clock(line.at)} ${text.title}${text.why ? ` (${text.why})` : ''}`;
      })
      .join('\n'),
  });
}
