// Who searches next: a bounded number of searches at work, and a bounded queue before it that is
// fair between clients and knows when waiting is in vain.

import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { createFairQueue } from "./fair-queue.js";
import type { FairQueue } from "./fair-queue.js";
import type { Priority } from "./request.js";

export interface AdmissionOptions {
  readonly clock: Clock;
  /** Searches at work at the same time. */
  readonly atWorkMax: number;
  /** Searches at work or waiting. */
  readonly searchesMax: number;
}

export interface AdmissionRequest {
  readonly priority: Priority;
  /** Clients take turns; the name says which one this is. */
  readonly client: string;
  readonly signal: AbortSignal;
  /** Milliseconds after which an answer is of no use; Infinity: never. */
  readonly remainingMs: number;
}

export type RefusalReason = "queue_full" | "budget_too_small" | "expired";

/** Figures of one moment. */
export interface AdmissionState {
  readonly atWork: number;
  readonly waiting: Readonly<Record<Priority, number>>;
  /** Searches turned away since the start. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** 0: nobody waits; 1: as many wait as are worked off in four rounds, or more. */
  readonly pressure: number;
}

export interface Admission {
  /** Throws OVERLOADED when as many searches are here as may be. */
  enter(): AdmittedSearch;
  state(): AdmissionState;
}

export interface AdmittedSearch {
  /**
   * Resolves when the search may begin. Throws OVERLOADED when the time that is left will not do for
   * waiting and searching, at once or as soon as too much of it is spent; and the signal's reason when the caller goes away.
   */
  turn(request: AdmissionRequest): Promise<void>;
  /** Gives the place back, whether there was a turn or not. Call exactly once. */
  leave(): void;
}

interface Waiting {
  readonly start: () => void;
}

/** Of a new service time in the running mean; about the last ten searches count. */
const newestShare = 0.1;
/** Before anything was measured, milliseconds. */
const firstServiceMs = 10;
/** What a client is asked to wait at least and at most, milliseconds. */
const retryAfterMs = { min: 10, max: 10_000 };
/** Timers take no more; nobody waits that long. */
const timerMsMax = 2 ** 31 - 1;
/**
 * Of the time that a search has, the part that it may wait. A full queue is worked off as fast as a
 * short one, but who waits in it until the budget is nearly spent comes too late for its caller.
 */
const waitShareMax = 0.5;
/** Mean service times that must be left after the wait: a search takes at times twice the mean. */
const serviceReserve = 2;
/** Rounds of waiting searches that count as full pressure. */
const fullPressureRounds = 4;

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, atWorkMax, searchesMax } = options;
  const queue: FairQueue<Waiting> = createFairQueue();
  const refused = { queue_full: 0, budget_too_small: 0, expired: 0 };
  let entered = 0;
  let atWork = 0;
  let serviceMs = firstServiceMs;

  /** Time until `ahead` more searches have begun. */
  const waitFor = (ahead: number): number => (ahead * serviceMs) / atWorkMax;
  /** How long a search may wait: it is to end in its time, not to begin in it. */
  const patienceOf = (remainingMs: number): number =>
    Math.min(waitShareMax * remainingMs, remainingMs - serviceReserve * serviceMs);
  const refuse = (reason: RefusalReason, message: string): SluiceError => {
    refused[reason] += 1;
    const wished = Math.ceil(waitFor(queue.size + 1));
    const delayMs = Math.min(retryAfterMs.max, Math.max(retryAfterMs.min, wished));
    return new SluiceError("OVERLOADED", `${message}; try again in ${delayMs} ms`, {
      retryAfterMs: delayMs,
    });
  };
  /** Resolves when the search was given its place; `atWork` counts it by then. */
  const wait = (
    { priority, client, signal }: AdmissionRequest,
    patienceMs: number,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
      const start = (): void => {
        leave();
        atWork += 1;
        resolve();
      };
      const remove = queue.add({ start }, { priority, client });
      const giveUp = (reason: unknown): void => {
        leave();
        remove();
        // Passed on as the caller gave it.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(reason);
      };
      const onAbort = (): void => giveUp(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const expire = (): void =>
        giveUp(refuse("expired", "time ran out while the search waited for its turn"));
      const timer = patienceMs > timerMsMax ? undefined : setTimeout(expire, patienceMs);
    });

  const turn = async (request: AdmissionRequest): Promise<void> => {
    request.signal.throwIfAborted();
    if (atWork < atWorkMax) {
      atWork += 1;
      return;
    }
    const neededMs = waitFor(1 + queue.sizeAhead(request));
    const patienceMs = patienceOf(request.remainingMs);
    if (neededMs > patienceMs) {
      const needed = `about ${Math.ceil(neededMs)} ms of waiting are ahead`;
      const left = `${Math.max(0, Math.floor(request.remainingMs))} ms are left`;
      throw refuse("budget_too_small", `${needed}, ${left} for that and the search itself`);
    }
    await wait(request, patienceMs);
  };

  return {
    enter() {
      if (entered >= searchesMax)
        throw refuse(
          "queue_full",
          `${entered} searches are at work or waiting, the limit is ${searchesMax}`,
        );
      entered += 1;
      let startMs: number | undefined;
      return {
        async turn(request) {
          await turn(request);
          startMs = clock();
        },
        leave() {
          entered -= 1;
          if (startMs === undefined) return;
          atWork -= 1;
          serviceMs += newestShare * (clock() - startMs - serviceMs);
          queue.take()?.start();
        },
      };
    },
    state: () => ({
      atWork,
      waiting: queue.sizes(),
      refused: { ...refused },
      pressure: Math.min(1, queue.size / (fullPressureRounds * atWorkMax)),
    }),
  };
}
