import type { CommandName, Reply, Request } from '../backend/backend';
import type {
  Connections,
  ContextRow,
  Danger,
  EnvironmentRequest,
  Failure,
  Protection,
} from '../backend/generated/view';
import { failureOf } from '../backend/backend';
import type { Session } from './session.svelte';

/** What a danger asks for by itself: production is read-only until it is unlocked. */
export function protectionFor(danger: Danger): Protection {
  switch (danger) {
    case 'production':
      return { kind: 'locked', unlockedUntil: null };
    case 'staging':
      return { kind: 'confirm' };
    default:
      return { kind: 'open' };
  }
}

/** The namespaces to begin with: the context's own, else `default`, else the only one. */
export function firstNamespaces(row: ContextRow): string[] {
  if (row.namespace) return [row.namespace];
  if (row.namespaces.length === 1) return [...row.namespaces];
  return row.namespaces.includes('default') || row.namespaces.length === 0 ? ['default'] : [];
}

/** Names typed with commas or blanks between them, each once. */
export function typedNames(text: string): string[] {
  const names = text.split(/[\s,，、]+/).filter(Boolean);
  return names.filter((name, at) => names.indexOf(name) === at);
}

/** A name for an environment that no other has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

type Asking = Extract<CommandName, `connections.${string}` | 'practice.set'>;

/** The files, contexts and environments as the window knows them, kept fresh while contexts are being asked. */
export class Connecting {
  current = $state.raw<Connections | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #session: Session;
  readonly #pollMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(session: Session, pollMs = 1000) {
    this.#session = session;
    this.#pollMs = pollMs;
  }

  /** Reads everything, then asks the contexts that were not asked yet. The returned function ends it. */
  start(): () => void {
    void this.#read().then(() => this.#askAll());
    return () => {
      this.#ended = true;
      clearTimeout(this.#timer);
    };
  }

  /** Changes something; a refusal is kept and shown in place. Says whether it went. */
  async change<C extends Asking>(name: C, request: Request<C>): Promise<boolean> {
    try {
      this.#take((await this.#session.call(name, request)) as Reply<'connections.list'>);
      this.failure = null;
      return true;
    } catch (thrown) {
      this.failure = failureOf(thrown);
      return false;
    }
  }

  /** Makes environments one after the other; stops at the first refusal. Gives how many were made. */
  async make(requests: EnvironmentRequest[]): Promise<number> {
    let made = 0;
    for (const request of requests) {
      if (!(await this.change('connections.saveEnvironment', request))) break;
      made += 1;
    }
    return made;
  }

  async #read(): Promise<void> {
    try {
      this.#take(await this.#session.call('connections.list', {}));
    } catch (thrown) {
      this.failure = failureOf(thrown);
    }
  }

  async #askAll(): Promise<void> {
    const quiet = (this.current?.contexts ?? []).filter((row) => row.state.kind === 'notAsked');
    // A few at a time: every question may start a sign-in helper.
    for (let index = 0; index < quiet.length && !this.#ended; index += 3) {
      await Promise.all(
        quiet.slice(index, index + 3).map((row) => this.change('connections.check', { context: row.name })),
      );
    }
  }

  #take(connections: Connections): void {
    if (this.#ended) return;
    this.current = connections;
    clearTimeout(this.#timer);
    if (connections.contexts.some((row) => row.state.kind === 'asking')) {
      this.#timer = setTimeout(() => void this.#read(), this.#pollMs);
    }
  }
}
