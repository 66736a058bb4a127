import { BackendError, type Backend, type CommandName, type Reply, type Request } from '../backend';
import type { Event, Failure } from '../generated/view';

/** What stands in for a command. */
export type Answer<C extends CommandName> = (request: Request<C>) => Reply<C> | Promise<Reply<C>>;
/** What stands in for the backend. */
export type Answers = { [C in CommandName]?: Answer<C> };

/** A backend that answers what it is told to, and remembers what it was asked. For tests and for the browser. */
export class FakeBackend implements Backend {
  /** Every call, oldest first. */
  readonly calls: { name: CommandName; request: unknown }[] = [];
  /** What the person picks in the desktop's file dialog. */
  picks: string | null = null;
  readonly #answers: Answers;
  readonly #listeners = new Set<(event: Event) => void>();

  constructor(answers: Answers = {}) {
    this.#answers = answers;
  }

  /** Changes what a command answers from now on. */
  answer<C extends CommandName>(name: C, answer: Answer<C>): void {
    this.#answers[name] = answer as Answers[C];
  }

  /** Makes a command fail from now on. */
  refuse(name: CommandName, failure: Failure): void {
    this.answer(name, () => {
      throw new BackendError(failure);
    });
  }

  /** Pushes an event to everybody who listens. */
  push(event: Event): void {
    this.#listeners.forEach((listener) => listener(event));
  }

  /** What a command was asked, oldest first. */
  asked<C extends CommandName>(name: C): Request<C>[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.request as Request<C>);
  }

  async call<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C>> {
    this.calls.push({ name, request });
    const answer = this.#answers[name] as Answer<C> | undefined;
    if (!answer) {
      throw new BackendError({ code: 'story.untold', message: `${name} is not part of this story.`, hint: '' });
    }
    return answer(request);
  }

  async chooseFile(): Promise<string | null> {
    return this.picks;
  }

  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
