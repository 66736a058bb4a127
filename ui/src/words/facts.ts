import type { HoldReason, Reason, RecordKind, Said } from '../backend/generated/view';

/** A sentence for each code of a union, made from the facts that come with that code. */
export type Sentences<Union extends { code: string }, Context = void> = {
  [Code in Union['code']]: Context extends void
    ? (facts: Extract<Union, { code: Code }>) => string
    : (facts: Extract<Union, { code: Code }>, context: Context) => string;
};

/** How numbers of one signal are written: values in its unit, and shares of requests. */
export interface SignalFormat {
  /** A value with its unit: `4.1%`, `179 ms`. */
  value: (value: number) => string;
}

/** Words for everything that the backend can have the window say, but for what the judge says: that needs the signals. */
export type SaidWords = Sentences<Exclude<Said, { code: 'judged' }>>;
/** Words for the release's own record: what happened, and why where it is known. */
export type RecordWords = Sentences<RecordKind, { version: string; phase: number }>;
/** Words for holds. */
export type HoldWords = Sentences<HoldReason>;
/** Words for what the judge found about one signal. */
export type ReasonWords = Sentences<Reason, SignalFormat>;
