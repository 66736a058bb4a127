import { getContext, setContext } from 'svelte';
import { BackendError, failureOf, type Backend, type CommandName, type Reply, type Request } from '../backend/backend';
import type {
  EnvironmentContact,
  Event,
  Failure,
  LiveRelease,
  Matrix,
  Notice,
  RunningRelease,
  Shell,
} from '../backend/generated/view';

/** A notice with a number of its own, so that it can be dismissed. */
export interface Toast {
  id: number;
  notice?: Notice;
  text?: string;
  failure?: Failure;
}

const changesFrame = new Set<CommandName>([
  'settings.write',
  'practice.set',
  'connections.saveEnvironment',
  'connections.removeEnvironment',
]);

/** What the window knows: the last of everything that the backend pushed, and the way to ask. */
export class Session {
  readonly backend: Backend;
  shell = $state.raw<Shell | null>(null);
  running = $state.raw<RunningRelease[]>([]);
  contacts = $state.raw<EnvironmentContact[]>([]);
  matrix = $state.raw<Matrix | null>(null);
  live = $state.raw<LiveRelease | null>(null);
  toasts = $state<Toast[]>([]);
  trouble = $state.raw<Failure | null>(null);
  /** A place that the backend asks to show; whoever shows it sets it back. */
  show = $state.raw<{ release: string | null } | null>(null);
  /** The window was asked to close while releases run. */
  closing = $state(false);
  /** Wall-clock time, ticking once a second, for ages and remaining times. */
  now = $state(0);
  #liveTaken = 0;
  readonly #clock: () => number;
  #next = 1;

  constructor(backend: Backend, clock: () => number = Date.now) {
    this.backend = backend;
    this.#clock = clock;
    this.now = clock();
  }

  /** Begins to listen; the returned function ends it. */
  start(): () => void {
    const stop = this.backend.subscribe((event) => this.take(event));
    const clock = setInterval(() => (this.now = this.#clock()), 1000);
    void this.refresh();
    return () => {
      stop();
      clearInterval(clock);
    };
  }

  /** Reads again what the frame of the window shows. */
  async refresh(): Promise<void> {
    const shell = await this.ask('app.shell', {});
    if (!shell) return;
    this.shell = shell;
    this.running = shell.running;
    this.contacts = shell.contacts;
  }

  /** Passes a command on. Some change what the frame shows, so that it is read again after them. */
  async #pass<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C>> {
    const reply = await this.backend.call(name, request);
    if (changesFrame.has(name)) void this.refresh();
    return reply;
  }

  /**
   * The clock of the watched release: what its last picture said, and what has passed since. A practice cluster may have
   * a clock of its own.
   */
  get liveNow(): number {
    const { live } = this;
    return live === null ? this.now : live.now + Math.max(0, this.now - Math.max(this.#liveTaken, 0));
  }

  /** Takes in what was asked for, as if it had been pushed. */
  takeLive(live: LiveRelease): void {
    this.live = live;
    this.#liveTaken = this.#clock();
  }

  /** Takes in what was pushed. */
  take(event: Event): void {
    switch (event.kind) {
      case 'live':
        this.takeLive(event.release);
        break;
      case 'running':
        this.running = event.releases;
        break;
      case 'matrix':
        this.matrix = event.matrix;
        break;
      case 'contact':
        this.contacts = event.contacts;
        break;
      case 'notice':
        this.toast({ notice: event.notice });
        break;
      case 'trouble':
        this.toast({ failure: event.failure });
        break;
      case 'closeAsked':
        this.closing = true;
        break;
      case 'leave':
        // For whoever shows the window.
        break;
      case 'show':
        this.show = { release: event.release };
        break;
    }
  }

  /** Shows something for six seconds. */
  toast(toast: Omit<Toast, 'id'>): void {
    this.toasts = [...this.toasts.slice(-2), { id: this.#next++, ...toast }];
  }

  /** Takes a notice away. */
  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  /** Asks, and shows a refusal to the person. Gives `null` then. */
  async ask<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C> | null> {
    try {
      return await this.#pass(name, request);
    } catch (thrown) {
      this.trouble = failureOf(thrown);
      return null;
    }
  }

  /** Asks; a refusal is thrown, for those who show it in place. */
  async call<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C>> {
    try {
      return await this.#pass(name, request);
    } catch (thrown) {
      throw new BackendError(failureOf(thrown));
    }
  }
}

const key = Symbol('session');

/** Gives the session to every component below. */
export function provideSession(session: Session): Session {
  return setContext(key, session);
}

/** The session of this window. */
export function useSession(): Session {
  return getContext<Session>(key);
}
