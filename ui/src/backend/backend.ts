import type { Commands, Event, Failure } from './generated/view';

/** The name of a command. */
export type CommandName = keyof Commands;
/** What a command takes. */
export type Request<C extends CommandName> = Commands[C]['request'];
/** What a command gives. */
export type Reply<C extends CommandName> = Commands[C]['reply'];

/** The one way to the backend. Screens know nothing else of it. */
export interface Backend {
  /** Asks for something. A refusal is thrown as {@link BackendError}. */
  call<C extends CommandName>(name: C, request: Request<C>): Promise<Reply<C>>;
  /** Lets the person pick a file: its whole path, or `null` if nothing was picked. */
  chooseFile(title: string): Promise<string | null>;
  /** Listens to what is pushed until the returned function is called. */
  subscribe(listener: (event: Event) => void): () => void;
}

/** A refusal as it reaches a person. */
export class BackendError extends Error {
  /** What happened, what to do, and the code. */
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'BackendError';
    this.failure = failure;
  }
}

const isFailure = (thrown: unknown): thrown is Failure =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown && 'hint' in thrown;

/** What to show for anything that was thrown. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof BackendError) return thrown.failure;
  if (isFailure(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'window.unexpected', message, hint: '' };
}
