import { BackendError } from '../backend';
import { changes, listOf, momentOf, recordOf } from './record';
import type { Act, ActKind, Language, Shell, Theme } from '../generated/view';
import { mei, phaseTimes, startedAt } from './checkout';
import { FakeBackend } from './fake';
import type { Script } from './script';
import { picture, running } from './story';

/** A story that goes on and reacts to what it is asked: enough of a backend to look at every screen. */
export class StoryTeller {
  readonly backend = new FakeBackend();
  script: Script;
  language: Language = 'en';
  theme: Theme = 'system';
  platform = 'linux';
  #operation = 0;

  constructor(script: Script) {
    this.script = { ...script };
    const { backend } = this;
    backend.answer('app.shell', () => this.shell());
    backend.answer('app.leaving', () => [
      {
        release: running(picture(this.script)),
        canHold: this.script.held === undefined && this.script.rollback === undefined,
        byHand: picture(this.script).rollback.byHand,
      },
    ]);
    backend.answer('app.leave', () => ({}));
    backend.answer('release.live', () => picture(this.script));
    backend.answer('release.watch', () => ({}));
    backend.answer('release.rollBack', () => {
      const at = this.script.now;
      this.script = {
        ...this.script,
        rollback: { at, automatic: false, settledAt: at + 7.9 },
        act: this.#act('rollBack'),
      };
      this.tell();
      return this.#act('rollBack');
    });
    backend.answer('release.hold', () => {
      this.script = { ...this.script, held: { at: this.script.now, by: 'person' }, act: this.#act('hold') };
      this.tell();
      return this.#act('hold');
    });
    backend.answer('release.resume', () => {
      const { held: _, ...rest } = this.script;
      this.script = rest;
      this.tell();
      return this.#act('resume');
    });
    backend.answer('release.approve', () => {
      this.script = { ...this.script, approved: true };
      this.tell();
      return this.#act('approve');
    });
    const forward = (kind: ActKind) => () => {
      const next = phaseTimes.find(([begin]) => begin > this.script.now)?.[0];
      this.script =
        kind === 'promote'
          ? { ...this.script, now: 2120, completed: true }
          : { ...this.script, now: next ?? this.script.now };
      this.tell();
      return this.#act(kind);
    };
    backend.answer('release.skipBake', forward('skipBake'));
    backend.answer('release.promote', forward('promote'));
    backend.answer('release.handOver', () => this.#act('handOver'));
    backend.answer('history.list', (filter) => listOf(filter, this.clock()));
    backend.answer('history.capsule', ({ release }) => {
      const found = recordOf(release);
      if (!found) throw new BackendError({ code: 'history.unknown', message: 'This release is not known.', hint: '' });
      return found;
    });
    backend.answer('history.moment', ({ release, at }) => {
      const found = momentOf(release, at);
      if (!found) throw new BackendError({ code: 'history.unknown', message: 'This release is not known.', hint: '' });
      return found;
    });
    backend.answer('history.changes', () => changes);
    backend.answer('history.note', ({ text }) => ({ at: this.clock(), by: mei, text }));
    backend.answer('history.backUp', () => ({ path: '~/Downloads/slipway-1795096800000.db' }));
    backend.answer('history.export', ({ release }) => ({ path: `~/Downloads/${release}.slipway` }));
    backend.answer('release.resumeAt', () => ({ release: 'R-1285' }));
  }

  /** Wall-clock time in the story. */
  readonly clock = (): number => startedAt + this.script.now * 1000;

  /** Goes on by so many seconds and pushes the new picture. */
  pass(seconds: number): void {
    this.script = { ...this.script, now: this.script.now + seconds };
    this.tell();
  }

  /** Pushes the picture as it is. */
  tell(): void {
    const live = picture(this.script);
    this.backend.push({ kind: 'live', release: live });
    this.backend.push({ kind: 'running', releases: [running(live)] });
    this.backend.push({
      kind: 'contact',
      contacts: [{ environment: live.head.environment.id, name: live.head.environment.name, contact: live.contact }],
    });
  }

  shell(): Shell {
    const live = picture(this.script);
    return {
      version: '0.1.0',
      platform: this.platform,
      person: mei,
      language: this.language,
      theme: this.theme,
      hasEnvironments: true,
      practiceOnly: false,
      running: [running(live)],
      contacts: [{ environment: live.head.environment.id, name: live.head.environment.name, contact: live.contact }],
      trouble: [],
    };
  }

  #act(kind: ActKind): Act {
    this.#operation += 1;
    return {
      operation: `op-${this.#operation}`,
      kind,
      status: 'accepted',
      askedAt: this.clock(),
      acceptedAfterMs: 3.1,
      settledAfterMs: null,
      failure: null,
    };
  }
}
