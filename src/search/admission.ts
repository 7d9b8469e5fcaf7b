// Admission: a bounded number of running searches, and before them a bounded queue that is fair
// between clients and rejects requests that could not finish before their deadline.

import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import type { Priority } from "../contract/search-request.js";
import { FairQueue } from "./fair-queue.js";

export interface AdmissionOptions {
  readonly clock: Clock;
  /** Searches that run at the same time. */
  readonly atWorkMax: number;
  /** Searches that run or wait. */
  readonly searchesMax: number;
  /** Recent delay of the event loop in milliseconds. Absent when it is not measured. */
  readonly loopDelayMs?: (() => number) | undefined;
}

export interface AdmissionRequest {
  readonly priority: Priority;
  /** Turns go round-robin between peers, and between the clients of each peer. */
  readonly peer: string;
  readonly client: string;
  readonly signal: AbortSignal;
  /** Milliseconds to the search's deadline; Infinity: it has none. */
  readonly remainingMs: number;
}

export type RefusalReason = "queue_full" | "budget_too_small" | "expired" | "event_loop_late";

/** The state at one moment. */
export interface AdmissionState {
  readonly atWork: number;
  readonly atWorkMax: number;
  readonly waiting: Readonly<Record<Priority, number>>;
  /** Searches refused since the start. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /**
   * Queue pressure in [0, 1]. 0: nothing is queued; 1: at least as many wait as run in four rounds,
   * or the delay of the event loop is at its limit.
   */
  readonly pressure: number;
}

export interface Admission {
  /**
   * Throws OVERLOADED when `searchesMax` have entered. When `peer` has fewer of them than another
   * peer, the newest waiting search of that other one is refused instead.
   */
  enter(peer: string): AdmittedSearch;
  state(): AdmissionState;
}

export interface AdmittedSearch {
  /**
   * Resolves when the search may begin. Throws OVERLOADED when the time that is left does not
   * suffice for waiting and searching, at once or as soon as too much of it is spent; and the
   * signal's reason.
   */
  turn(request: AdmissionRequest): Promise<void>;
  /** Gives the place back, whether there was a turn or not. Idempotent. */
  leave(): void;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: SluiceError) => void;
}

/** Weight of a new service time in the running mean: about the last ten searches count. */
const newestShare = 0.1;
/** Assumed service time before anything was measured, milliseconds. */
const firstServiceMs = 10;
/** Bounds of the retry delay that a client receives, milliseconds. */
const retryAfterMs = { min: 10, max: 10_000 };
/** The longest delay that a timer takes. */
const timerMsMax = 2 ** 31 - 1;
/**
 * Share of a search's time that it may spend waiting. A full queue has the same throughput as a
 * short one, but a search that waits until its budget is nearly spent answers too late.
 */
const waitShareMax = 0.5;
/** Mean service times that must be left after the wait: some searches take twice the mean. */
const serviceReserve = 2;
/** Rounds of queued searches that count as full pressure. */
const fullPressureRounds = 4;
/**
 * Delay of the event loop from which there is pressure, and at which it is full: then searches of
 * low priority are refused. Milliseconds.
 */
const loopDelay = { pressureMs: 50, fullMs: 250 };

export function createAdmission(options: AdmissionOptions): Admission {
  return new SearchAdmission(options);
}

class SearchAdmission implements Admission {
  private readonly options: AdmissionOptions;
  private readonly queue = new FairQueue<Waiting>();
  private readonly refused = {
    queue_full: 0,
    budget_too_small: 0,
    expired: 0,
    event_loop_late: 0,
  };
  private readonly enteredByPeer = new Map<string, number>();
  private enteredCount = 0;
  private runningCount = 0;
  /** Running mean of the time that a search takes. */
  private serviceMs = firstServiceMs;

  constructor(options: AdmissionOptions) {
    this.options = options;
  }

  enter(peer: string): AdmittedSearch {
    if (this.enteredCount >= this.options.searchesMax && !this.makeRoomFor(peer))
      throw this.refuseFull();
    this.count(peer, 1);
    const { clock } = this.options;
    let startMs: number | undefined;
    let hasLeft = false;
    return {
      turn: async (request) => {
        await this.turn(request);
        startMs = clock();
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.count(peer, -1);
        if (startMs === undefined) return;
        this.runningCount -= 1;
        this.serviceMs += newestShare * (clock() - startMs - this.serviceMs);
        this.queue.take()?.start();
      },
    };
  }

  state(): AdmissionState {
    const rounds = fullPressureRounds * this.options.atWorkMax;
    return {
      atWork: this.runningCount,
      atWorkMax: this.options.atWorkMax,
      waiting: this.queue.sizes(),
      refused: { ...this.refused },
      pressure: Math.max(this.loopPressure(), Math.min(1, this.queue.size / rounds)),
    };
  }

  private async turn(request: AdmissionRequest): Promise<void> {
    request.signal.throwIfAborted();
    if (request.priority === "low" && this.loopPressure() >= 1)
      throw this.refuse("event_loop_late", "the server is late, and the search has low priority");
    if (this.runningCount < this.options.atWorkMax) {
      this.runningCount += 1;
      return;
    }
    const { remainingMs } = request;
    const neededMs = this.waitFor(1 + this.queue.sizeAhead(request));
    // A search has to end within its time, not to begin in it.
    const patienceMs = Math.min(
      waitShareMax * remainingMs,
      remainingMs - serviceReserve * this.serviceMs,
    );
    if (neededMs > patienceMs) {
      const needed = `about ${Math.ceil(neededMs)} ms of waiting are ahead`;
      const left = `${Math.max(0, Math.floor(remainingMs))} ms are left`;
      throw this.refuse("budget_too_small", `${needed}, ${left} for that and the search itself`);
    }
    await this.wait(request, patienceMs);
  }

  /** Resolves when the search was given its place; `runningCount` includes it by then. */
  private wait(
    { priority, peer, client, signal }: AdmissionRequest,
    patienceMs: number,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
      const start = (): void => {
        leave();
        this.runningCount += 1;
        resolve();
      };
      const refuse = (error: SluiceError): void => {
        leave();
        reject(error);
      };
      const remove = this.queue.add({ start, refuse }, { priority, peer, client });
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
        giveUp(this.refuse("expired", "time ran out while the search waited for its turn"));
      const timer = patienceMs > timerMsMax ? undefined : setTimeout(expire, patienceMs);
    });
  }

  /** Milliseconds until `ahead` more searches have begun. */
  private waitFor(ahead: number): number {
    return (ahead * this.serviceMs) / this.options.atWorkMax;
  }

  private loopPressure(): number {
    const { pressureMs, fullMs } = loopDelay;
    const delayMs = this.options.loopDelayMs?.() ?? 0;
    return Math.min(1, Math.max(0, (delayMs - pressureMs) / (fullMs - pressureMs)));
  }

  private refuse(reason: RefusalReason, message: string): SluiceError {
    this.refused[reason] += 1;
    const wished = Math.ceil(this.waitFor(this.queue.size + 1));
    const delayMs = Math.min(retryAfterMs.max, Math.max(retryAfterMs.min, wished));
    return new SluiceError("OVERLOADED", `${message}; try again in ${delayMs} ms`, {
      retryAfterMs: delayMs,
    });
  }

  private refuseFull(): SluiceError {
    const { searchesMax } = this.options;
    const message = `${this.enteredCount} searches are at work or waiting, the limit is ${searchesMax}`;
    return this.refuse("queue_full", message);
  }

  /** Whether a search of a peer with more than `peer` was refused for it. */
  private makeRoomFor(peer: string): boolean {
    const countOf = (name: string): number => this.enteredByPeer.get(name) ?? 0;
    let most = peer;
    for (const [other, count] of this.enteredByPeer) if (count > countOf(most)) most = other;
    if (countOf(most) <= countOf(peer) + 1) return false;
    const dropped = this.queue.dropNewest(most);
    dropped?.refuse(this.refuseFull());
    return dropped !== undefined;
  }

  private count(peer: string, change: 1 | -1): void {
    this.enteredCount += change;
    const left = (this.enteredByPeer.get(peer) ?? 0) + change;
    if (left > 0) this.enteredByPeer.set(peer, left);
    else this.enteredByPeer.delete(peer);
  }
}
