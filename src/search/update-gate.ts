// Decides when an update goes out: not too often, not without news, and never late.

import type { Clock } from "../core/clock.js";
import type { SoftDeadline } from "../core/soft-deadline.js";

/** How waiting for a piece of work ended. */
export type Outcome<T> = { readonly kind: "done"; readonly value: T } | { readonly kind: "late" };

/** A draft that is due. */
export interface DueDraft<Draft> {
  readonly draft: Draft;
  /** When the gate let it through, by its clock: at least the interval after the one before. */
  readonly atMs: number;
}

export interface UpdateGate<Draft> {
  /** Proposes a draft; it replaces one that has not gone out yet, and is dropped without news. */
  offer(draft: Draft): void;
  /**
   * Waits for `work`, yielding the draft as soon as it is due. Ends "late" when the soft deadline
   * passes first, and throws the signal's reason when the caller goes away.
   */
  waitFor<T>(work: Promise<T>): AsyncGenerator<DueDraft<Draft>, Outcome<T>, void>;
}

export interface GateOptions<Draft> {
  readonly clock: Clock;
  readonly minIntervalMs: number;
  readonly deadline: SoftDeadline;
  readonly signal: AbortSignal;
  /** What a client would see change, as text: a draft that changes nothing is not sent. */
  readonly fingerprint: (draft: Draft) => string;
}

export function createUpdateGate<Draft>(options: GateOptions<Draft>): UpdateGate<Draft> {
  const { clock, minIntervalMs, deadline, signal, fingerprint } = options;
  let pending: Draft | undefined;
  let sentPrint: string | undefined;
  let sentAt = -Infinity;

  const dueInMs = (): number =>
    pending === undefined ? Infinity : Math.max(0, sentAt + minIntervalMs - clock());

  async function* waitFor<T>(work: Promise<T>): AsyncGenerator<DueDraft<Draft>, Outcome<T>, void> {
    const done = work.then((value): Outcome<T> => ({ kind: "done", value }));
    // Not awaited when the deadline passes first.
    done.catch(() => undefined);
    for (;;) {
      signal.throwIfAborted();
      const dueMs = dueInMs();
      if (dueMs === 0 && pending !== undefined) {
        const draft = pending;
        pending = undefined;
        sentPrint = fingerprint(draft);
        sentAt = clock();
        yield { draft, atMs: sentAt };
        continue;
      }
      if (deadline.remainingMs() <= 0) return { kind: "late" };
      const outcome = await firstOf(done, Math.min(dueMs, deadline.remainingMs()), signal);
      if (outcome !== undefined) return outcome;
    }
  }
  return {
    offer(draft) {
      pending = fingerprint(draft) === sentPrint ? undefined : draft;
    },
    waitFor,
  };
}

/** The work's outcome, or undefined after `waitMs` or an abort. */
async function firstOf<T>(
  work: Promise<T>,
  waitMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  let stop = (): void => undefined;
  const interrupted = new Promise<undefined>((resolve) => {
    const finish = (): void => resolve(undefined);
    // Longer waits do not fit a timer; the loop comes back here.
    const timer = waitMs === Infinity ? undefined : setTimeout(finish, Math.min(waitMs, 2 ** 30));
    signal.addEventListener("abort", finish);
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
    };
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    stop();
  }
}
