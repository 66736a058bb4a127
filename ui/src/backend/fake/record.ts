import type {
  Capsule,
  Ending,
  HistoryFilter,
  HistoryList,
  HistoryRow,
  LiveRelease,
  ManifestDiff,
  Note,
} from '../generated/view';
import { mei, phaseTimes, production, staging, startedAt } from './checkout';
import type { Script } from './script';
import { picture, tellings } from './story';

/** The record of a telling of the story, as it is when it is over. */
export function capsuleOf(id: string, script: Script, notes: Note[] = []): Capsule {
  const last = picture(script);
  const events = [...last.events].reverse();
  const moments = [
    ...new Set([
      0,
      30,
      60,
      150,
      300,
      ...phaseTimes.map(([begin]) => begin + 11),
      ...events.map((line) => Math.ceil((line.at - startedAt) / 1000)),
    ]),
  ]
    .filter((seconds) => seconds >= 0 && seconds <= script.now)
    .sort((a, b) => a - b);
  const frames = moments.map((now) => ({
    at: startedAt + now * 1000,
    live: picture({ ...script, now, completed: script.completed === true && now >= 2095 }),
  }));
  const ending: Ending = script.completed ? 'completed' : script.rollback ? 'rolledBack' : 'running';
  return {
    head: { ...last.head, id },
    ending,
    phases: last.phases,
    shares: last.shares,
    stages: frames.map(({ at, live }) => ({ at, stage: live.stage, phase: live.phase })),
    judgements: frames.map(({ at, live }) => ({ at, judgement: live.judgement })),
    pods: frames.map(({ at, live }) => ({ at, pods: live.pods })),
    signals: last.signals,
    missing: [],
    events,
    rollback: script.rollback ? last.rollback : null,
    impact: last.impact,
    notes,
    reached: Math.max(...last.shares.map((step) => step.share)),
  };
}

const note: Note = {
  at: startedAt + 1_750_000,
  by: mei,
  text: 'CART_CACHE_MB grew by 128, the memory limit did not. Raise it to 768 MiB and watch memory at 25%.',
};
const rolledBack: Script = { ...tellings.rolledBack };
const completed: Script = { ...tellings.completed };
const days = 86_400_000;

function row(
  id: string,
  application: string,
  from: string,
  to: string,
  ago: number,
  script: Script,
  more: Partial<HistoryRow> = {},
): HistoryRow {
  const { head, phases, shares } = picture(script);
  const shift = -ago * days;
  const moved = (at: number | null): number | null => (at === null ? null : at + shift);
  return {
    id,
    application,
    environment: production,
    from,
    to,
    startedAt: head.startedAt + shift,
    endedAt: moved(head.endedAt),
    ending: script.completed ? 'completed' : 'rolledBack',
    wasHeld: false,
    startedBy: mei,
    notes: 0,
    phases: phases.map((phase) => ({
      ...phase,
      plannedStart: phase.plannedStart + shift,
      plannedEnd: phase.plannedEnd + shift,
      startedAt: moved(phase.startedAt),
      endedAt: moved(phase.endedAt),
    })),
    shares: shares.map((step) => ({ ...step, at: step.at + shift })),
    ...more,
  };
}

const rows: HistoryRow[] = [
  row('R-1284', 'checkout', '2.14.1', '2.15.0', 0, rolledBack, { notes: 1 }),
  row('R-1283', 'storefront', '2026.47.1', '2026.47.2', 0.9, completed),
  row('R-1281', 'payments', '1.42.0', '1.42.1', 1.2, completed, { environment: staging }),
  row('R-1279', 'checkout', '2.14.1', '2.15.0', 2.1, completed, { environment: staging }),
  row('R-1270', 'recommender', '3.2.0', '3.2.1', 7, rolledBack),
  row('R-1261', 'checkout', '2.14.0', '2.14.1', 7.4, completed),
  row('R-1252', 'catalog', '5.8.1', '5.8.2', 10, completed),
  row('R-1249', 'assist-llm', '13b-1010', '13b-1017', 10.5, completed, { wasHeld: true }),
  row('R-1240', 'identity', '3.2.7', '3.2.8', 17, completed),
  row('R-1233', 'ledger-export', '1.9.2', '1.9.3', 25, completed, { environment: staging }),
  row('R-1226', 'search-api', '8.0.3', '8.0.4', 29, completed),
];

/** The list for a filter. */
export function listOf(filter: HistoryFilter, now: number): HistoryList {
  const wanted = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((one) => {
    const hay =
      `${one.application} ${one.environment.name} ${one.from} ${one.to} ${one.startedBy.name} ${one.id}`.toLowerCase();
    return (
      wanted.every((word) => hay.includes(word)) &&
      (filter.days === null || now - one.startedAt < filter.days * days) &&
      (!filter.productionOnly || one.environment.danger === 'production') &&
      (filter.ending === null || one.ending === filter.ending)
    );
  });
  const back = found.filter((one) => one.ending === 'rolledBack').length;
  return {
    rows: found,
    matching: found.length,
    total: rows.length,
    bytes: 41_200_000,
    completed: found.filter((one) => one.ending === 'completed').length,
    rolledBack: back,
    medianRecoverySeconds: back > 0 ? 112 : null,
    perWeek: found.length > 0 ? (found.length / 30) * 7 : null,
  };
}

/** The record of a release that the list has. */
export function recordOf(id: string): Capsule | null {
  const found = rows.find((one) => one.id === id);
  if (!found) return null;
  const capsule = capsuleOf(id, found.ending === 'completed' ? completed : rolledBack, found.notes > 0 ? [note] : []);
  const shift = found.startedAt - capsule.head.startedAt;
  const label = (text: string, tag: typeof capsule.head.from) => ({ ...tag, label: text });
  const moved = shiftTimes(capsule, shift) as Capsule;
  return {
    ...moved,
    head: {
      ...moved.head,
      application: found.application,
      environment: found.environment,
      from: label(found.from, capsule.head.from),
      to: label(found.to, capsule.head.to),
    },
  };
}

/** A release of the list as it was shown at a moment. */
export function momentOf(id: string, at: number): LiveRelease | null {
  const capsule = recordOf(id);
  const found = rows.find((one) => one.id === id);
  if (!capsule || !found) return null;
  const script = found.ending === 'completed' ? completed : rolledBack;
  const now = Math.max(0, (at - capsule.head.startedAt) / 1000);
  const live = picture({
    ...script,
    now,
    completed: script.completed === true && now >= 2095,
    ...(script.rollback && now < script.rollback.at ? { rollback: undefined } : {}),
  } as Script);
  const moved = shiftTimes(live, capsule.head.startedAt - live.head.startedAt) as LiveRelease;
  const endedAt = capsule.head.endedAt !== null && capsule.head.endedAt <= at ? capsule.head.endedAt : null;
  return {
    ...moved,
    head: { ...capsule.head, endedAt },
    now: at,
    contact: { state: 'recorded', asOf: at, since: at },
  };
}

/** Moves every moment of a record. Moments are the only numbers of that size. */
function shiftTimes(value: unknown, shift: number): unknown {
  if (typeof value === 'number') return value > 1e12 ? value + shift : value;
  if (Array.isArray(value)) return value.map((one) => shiftTimes(one, shift));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shiftTimes(one, shift)]));
  }
  return value;
}

/** What the story's release changed. */
export const changes: ManifestDiff[] = [
  {
    title: 'Deployment checkout',
    added: 3,
    removed: 2,
    lines: [
      { kind: 'gap', text: '@@ spec.template.spec.containers[0] @@' },
      { kind: 'same', text: '      containers:' },
      { kind: 'same', text: '        - name: checkout' },
      { kind: 'removed', text: '          image: shop/checkout:2.14.1' },
      { kind: 'added', text: '          image: shop/checkout:2.15.0' },
      { kind: 'same', text: '          env:' },
      { kind: 'same', text: '            - name: CART_CACHE_MB' },
      { kind: 'removed', text: '              value: "•••"' },
      { kind: 'added', text: '              value: "•••"' },
      { kind: 'added', text: '            - name: PRICE_AUDIT' },
    ],
  },
];
