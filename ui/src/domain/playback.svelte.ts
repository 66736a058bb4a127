import type { Capsule } from '../backend/generated/view';
import { eventMoment, span } from './replay';

/** How many seconds of the record pass in one. */
export const speeds = ['1', '10', '60'] as const;
export type Speed = (typeof speeds)[number];

const tickMs = 100;

/** The moment of a record that is shown, and whether it moves on by itself. Create it while a component is set up. */
export class Playback {
  moment = $state(0);
  playing = $state(false);
  speed = $state<Speed>('10');
  readonly #capsule: () => Capsule;

  constructor(capsule: () => Capsule, opening: number) {
    this.#capsule = capsule;
    this.move(opening);
    $effect(() => {
      if (!this.playing) return;
      const timer = setInterval(() => this.#tick(), tickMs);
      return () => clearInterval(timer);
    });
  }

  get from(): number {
    return span(this.#capsule()).from;
  }

  get to(): number {
    return span(this.#capsule()).to;
  }

  /** Shows another moment; never one before the first or after the last. */
  move(at: number): void {
    this.moment = Math.min(this.to, Math.max(this.from, at));
  }

  /** Plays or pauses; at the end it begins again. */
  toggle(): void {
    if (!this.playing && this.moment >= this.to) this.moment = this.from;
    this.playing = !this.playing;
  }

  /** Goes to the next event, or to the one before. */
  step(direction: 1 | -1): void {
    this.move(eventMoment(this.#capsule(), this.moment, direction));
  }

  /** What the keys do while a record is replayed. */
  get keys(): Record<string, (event: KeyboardEvent) => void | boolean> {
    return {
      space: (event) => {
        // A focused button has the first right to Space.
        if (event.target instanceof HTMLButtonElement) return false;
        this.toggle();
        return true;
      },
      arrowleft: () => this.step(-1),
      arrowright: () => this.step(1),
      'shift+arrowleft': () => this.move(this.moment - 10_000),
      'shift+arrowright': () => this.move(this.moment + 10_000),
    };
  }

  #tick(): void {
    this.move(this.moment + tickMs * Number(this.speed));
    if (this.moment >= this.to) this.playing = false;
  }
}
