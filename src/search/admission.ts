// Who searches next: a bounded number of searches at work, and a bounded queue before it that is
// fair between clients and knows when waiting is in vain.

import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import type { Priority } from "../contract/search-request.js";
import { createFairQueue } from "./fair-queue.js";
import type { FairQueue } from "./fair-queue.js";

export interface AdmissionOptions {
  readonly clock: Clock;
  /** Searches at work at the same time. */
  readonly atWorkMax: number;
  /** Searches at work or waiting. */
  readonly searchesMax: number;
  /** How late the event loop was lately, milliseconds; undefined: it is not measured. */
  readonly loopDelayMs?: (() => number) | undefined;
}

export interface AdmissionRequest {
  readonly priority: Priority;
  /** Peers take turns, and the clients of each; the names say which they are. */
  readonly peer: string;
  readonly client: string;
  readonly signal: AbortSignal;
  /** Milliseconds after which an answer is of no use; Infinity: never. */
  readonly remainingMs: number;
}

export type RefusalReason = "queue_full" | "budget_too_small" | "expired" | "event_loop_late";

/** Figures of one moment. */
export interface AdmissionState {
  readonly atWork: number;
  readonly waiting: Readonly<Record<Priority, number>>;
  /** Searches turned away since the start. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /**
   * 0: nobody waits; 1: as many wait as are worked off in four rounds, or more, or the event loop is
   * as late as it may be.
   */
  readonly pressure: number;
}

export interface Admission {
  /**
   * Throws OVERLOADED when as many searches are here as may be. When `peer` has fewer than another,
   * the newest one that waits of that other is refused instead.
   */
  enter(peer: string): AdmittedSearch;
  state(): AdmissionState;
}

export interface AdmittedSearch {
  /**
   * Resolves when the search may begin. Throws OVERLOADED when the time that is left will not do for
   * waiting and searching, at once or as soon as too much of it is spent; and the signal's reason when the caller goes away.
   */
  turn(request: AdmissionRequest): Promise<void>;
  /** Gives the place back, whether there was a turn or not. Idempotent. */
  leave(): void;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: SluiceError) => void;
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
/**
 * Delay of the event loop from which there is pressure, and at which it is full: then searches of low
 * priority are refused. Milliseconds.
 */
const loopDelay = { pressureMs: 50, fullMs: 250 };

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, atWorkMax, searchesMax } = options;
  const queue: FairQueue<Waiting> = createFairQueue();
  const refused = { queue_full: 0, budget_too_small: 0, expired: 0, event_loop_late: 0 };
  const ofPeers = new Map<string, number>();
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
    { priority, peer, client, signal }: AdmissionRequest,
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
      const refuseThis = (error: SluiceError): void => {
        leave();
        reject(error);
      };
      const remove = queue.add({ start, refuse: refuseThis }, { priority, peer, client });
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
    if (request.priority === "low" && loopPressure() >= 1)
      throw refuse("event_loop_late", "the server is late, and the search has low priority");
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

  const loopPressure = (): number => {
    const { pressureMs, fullMs } = loopDelay;
    const delayMs = options.loopDelayMs?.() ?? 0;
    return Math.min(1, Math.max(0, (delayMs - pressureMs) / (fullMs - pressureMs)));
  };
  const refuseFull = (): SluiceError =>
    refuse("queue_full", `${entered} searches are at work or waiting, the limit is ${searchesMax}`);
  /** Whether a search of a peer with more than `peer` was refused for it. */
  const madeRoomFor = (peer: string): boolean => {
    let most = peer;
    for (const [other, count] of ofPeers) if (count > (ofPeers.get(most) ?? 0)) most = other;
    if ((ofPeers.get(most) ?? 0) <= (ofPeers.get(peer) ?? 0) + 1) return false;
    const dropped = queue.dropNewest(most);
    dropped?.refuse(refuseFull());
    return dropped !== undefined;
  };
  const count = (peer: string, change: 1 | -1): void => {
    entered += change;
    const left = (ofPeers.get(peer) ?? 0) + change;
    if (left > 0) ofPeers.set(peer, left);
    else ofPeers.delete(peer);
  };

  return {
    enter(peer) {
      if (entered >= searchesMax && !madeRoomFor(peer)) throw refuseFull();
      count(peer, 1);
      let startMs: number | undefined;
      let hasLeft = false;
      return {
        async turn(request) {
          await turn(request);
          startMs = clock();
        },
        leave() {
          if (hasLeft) return;
          hasLeft = true;
          count(peer, -1);
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
      pressure: Math.max(
        loopPressure(),
        Math.min(1, queue.size / (fullPressureRounds * atWorkMax)),
      ),
    }),
  };
}
