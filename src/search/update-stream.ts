// One stream of updates: a pipeline offers drafts, and the reader takes the newest one that is due
// whenever it is ready for another. Here alone updates are numbered and judged for news.

import type { Clock } from "../core/clock.js";
import { linkAbort } from "../core/linked-abort.js";
import type { SoftDeadline } from "../core/soft-deadline.js";

/** How waiting for a piece of work ended. */
export type Outcome<T> = { readonly kind: "done"; readonly value: T } | { readonly kind: "late" };

/** Where a pipeline hands updates to the reader of its stream, one at a time. */
export interface Handover<Update> {
  /** The reader waits for an update. */
  isWanted(): boolean;
  /** Ends the reader's waiting; call only while it waits. */
  give(update: Update): void;
  /** Called whenever the reader starts to wait; undefined while there is no draft to send. */
  onWanted: (() => void) | undefined;
}

/**
 * The updates of `run`, which resolves with the final one. The pipeline never waits for its reader:
 * what is not taken in time is replaced by something newer. Whoever leaves, or aborts `signal`,
 * ends the pipeline, and the stream ends after it. Memory: one update and one draft.
 */
export async function* streamUpdates<Update extends { readonly final: boolean }>(
  signal: AbortSignal,
  run: (handover: Handover<Update>, signal: AbortSignal) => Promise<Update>,
): AsyncGenerator<Update & { readonly sequence: number }, void, void> {
  const { controller, unlink } = linkAbort(signal);
  let take: ((update: Update) => void) | undefined;
  const handover: Handover<Update> = {
    isWanted: () => take !== undefined,
    give(update) {
      take?.(update);
      take = undefined;
    },
    onWanted: undefined,
  };
  const ended = run(handover, controller.signal);
  // Awaited below, but not by a reader that leaves.
  ended.catch(() => undefined);
  try {
    for (let sequence = 1; ; sequence += 1) {
      const given = new Promise<Update>((resolve) => (take = resolve));
      handover.onWanted?.();
      const update = await Promise.race([given, ended]);
      signal.throwIfAborted();
      yield { ...update, sequence };
      if (update.final) return;
    }
  } finally {
    unlink();
    controller.abort();
    await ended.catch(() => undefined);
  }
}

/** The part of the stream that the pipeline uses. */
export interface UpdateSink<Draft> {
  /** Proposes a draft; it replaces one that was not taken. */
  offer(draft: Draft): void;
  /**
   * Waits for `work`; meanwhile the reader may take a draft that is due. Ends "late" when the soft
   * deadline passes first, and throws the signal's reason when the reader leaves.
   */
  waitFor<T>(work: Promise<T>): Promise<Outcome<T>>;
}

export interface SinkOptions<Draft, Update> {
  readonly clock: Clock;
  /** Least time between two updates. */
  readonly minIntervalMs: number;
  readonly deadline: SoftDeadline;
  readonly signal: AbortSignal;
  /** What a reader would see change, as text: a draft that changes nothing is not sent. */
  readonly print: (draft: Draft) => string;
  /** The update to send at `atMs`. Returns undefined when it would only be buffered. */
  readonly toUpdate: (draft: Draft, atMs: number) => Update | undefined;
}

export function createUpdateSink<Draft extends object, Update>(
  handover: Handover<Update>,
  { clock, minIntervalMs, deadline, signal, print, toUpdate }: SinkOptions<Draft, Update>,
): UpdateSink<Draft> {
  let pending: Draft | undefined;
  let sentPrint: string | undefined;
  let sentAtMs = -Infinity;

  const dueInMs = (): number =>
    pending === undefined || !handover.isWanted()
      ? Infinity
      : Math.max(0, sentAtMs + minIntervalMs - clock());

  const send = (draft: Draft): void => {
    const newPrint = print(draft);
    if (newPrint === sentPrint) return;
    const atMs = clock();
    const update = toUpdate(draft, atMs);
    if (update === undefined) return;
    sentPrint = newPrint;
    sentAtMs = atMs;
    handover.give(update);
  };

  return {
    offer(draft) {
      pending = draft;
    },
    async waitFor<T>(work: Promise<T>): Promise<Outcome<T>> {
      const done = work.then((value): Outcome<T> => ({ kind: "done", value }));
      // Not awaited when the deadline passes first.
      done.catch(() => undefined);
      for (;;) {
        signal.throwIfAborted();
        const dueMs = dueInMs();
        if (dueMs === 0 && pending !== undefined) {
          const due = pending;
          pending = undefined;
          send(due);
          continue;
        }
        const remainingMs = deadline.remainingMs();
        if (remainingMs <= 0) return { kind: "late" };
        const waitMs = Math.min(dueMs, remainingMs);
        const reader = pending === undefined ? undefined : handover;
        const outcome = await firstOf(done, { waitMs, signal, reader });
        if (outcome !== undefined) return outcome;
      }
    },
  };
}

/**
 * The work's outcome; undefined after `waitMs`, an abort, or when the reader is ready for an
 * update.
 */
async function firstOf<T>(
  work: Promise<T>,
  interrupt: {
    readonly waitMs: number;
    readonly signal: AbortSignal;
    /** Absent when there is nothing to send. */
    readonly reader: Pick<Handover<never>, "onWanted"> | undefined;
  },
): Promise<T | undefined> {
  const { waitMs, signal, reader } = interrupt;
  let stop = (): void => undefined;
  const interrupted = new Promise<undefined>((resolve) => {
    const finish = (): void => resolve(undefined);
    // Longer waits exceed the range of a timer; the loop sets the next one.
    const timer = waitMs === Infinity ? undefined : setTimeout(finish, Math.min(waitMs, 2 ** 30));
    signal.addEventListener("abort", finish);
    if (reader !== undefined) reader.onWanted = finish;
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      if (reader !== undefined) reader.onWanted = undefined;
    };
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    stop();
  }
}
