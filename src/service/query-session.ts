// One session of search as you type, of either port: the newest query runs, older ones are dropped.

import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import { invalidField } from "../contract/validate.js";
import type { EngineApi, SearchCall } from "../engine/api.js";
import { sendUpdates } from "../search/send-updates.js";
import type { SendUpdate } from "../search/send-updates.js";
import { checkedSearch } from "./checked-search.js";
import { createSettling } from "./settling.js";
import { stoppingError } from "./stopping.js";

export interface SessionScope {
  readonly engine: EngineApi;
  /** The caller, without its cancel. */
  readonly caller: Omit<SearchCall, "signal" | "deadlineMs">;
  /** Milliseconds to the caller's deadline, asked anew for each query. */
  readonly remainingMs: () => number | undefined;
  readonly stalledStreamMs: number;
  /** Sends one update of a query; calls back when the transport has accepted it. */
  readonly write: (
    queryNumber: number,
    update: SearchUpdate,
    done: (error?: Error | null) => void,
  ) => void;
}

interface SessionQuery {
  readonly number: number;
  readonly request: SearchRequest;
  readonly engine: Pick<EngineApi, "search">;
}

/** At most one query runs, one is queued and one message is in flight, whatever the caller does. */
export class QuerySession {
  /**
   * Resolves when the caller has ended its side and the last query its stream, or after `stop`
   * without an error. Rejects when a query fails, unless a newer one replaced it.
   */
  readonly settling = createSettling();
  private readonly scope: SessionScope;
  private lastNumber = 0;
  /** Fields set by the requests so far. */
  private asked: Partial<SearchRequest> | undefined;
  private waiting: SessionQuery | undefined;
  private running: AbortController | undefined;
  private isWriting = false;
  /** Pending update of the running query, sent after the message in flight was accepted. */
  private held: (() => void) | undefined;
  private hasEnded = false;
  private isStopped = false;
  /** The server is stopping; the running query is the last one. */
  private isLast = false;

  constructor(scope: SessionScope) {
    this.scope = scope;
  }

  /**
   * `set`: the fields that the request sets, which replace earlier ones; undefined when it sets
   * none. `engine`: as its caller may use it. Throws INVALID_FIELD for a wrong number or search.
   */
  receive(
    number: number,
    set: Partial<SearchRequest> | undefined,
    engine: SessionQuery["engine"] = this.scope.engine,
  ): void {
    if (this.isStopped) return;
    // A new query would replace the running one; another server can answer it.
    if (this.isLast) throw stoppingError();
    if (number <= this.lastNumber) {
      throw invalidField(
        "query_number",
        `query_number is ${number}, the one before was ${this.lastNumber}; number from 1, rising`,
      );
    }
    if (this.asked === undefined && set === undefined)
      throw invalidField("search", "search is missing in the first request");
    const asked = { ...this.asked, ...set };
    // While the user types, the last word is incomplete and typing errors are common.
    const { typos = true, lastWordBegins = true } = asked;
    const request = checkedSearch({ ...asked, typos, lastWordBegins });
    this.lastNumber = number;
    this.asked = asked;
    this.waiting = { number, request, engine };
    this.held = undefined;
    if (this.running === undefined) this.runQueries().catch((error: unknown) => this.stop(error));
    else this.running.abort();
  }

  endOfRequests(): void {
    this.hasEnded = true;
    if (this.running === undefined) this.stop(undefined);
  }

  /** Called when shutdown starts. */
  endWhenIdle(): void {
    this.isLast = true;
    if (this.running === undefined) this.stop(stoppingError());
  }

  stop(error: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.waiting = undefined;
    this.held = undefined;
    this.running?.abort();
    this.settling.settle(error);
  }

  /**
   * Runs the newest query until none is queued. The previous query has released its resources by
   * then.
   */
  private async runQueries(): Promise<void> {
    while (this.waiting !== undefined) {
      const query = this.waiting;
      this.waiting = undefined;
      const controller = new AbortController();
      this.running = controller;
      try {
        await this.runQuery(query, controller.signal);
      } catch (error) {
        // A query that fails after it was replaced most likely fails because of the cancellation.
        if (!controller.signal.aborted) throw error;
      } finally {
        this.running = undefined;
      }
    }
    if (this.hasEnded) this.stop(undefined);
    else if (this.isLast) this.stop(stoppingError());
  }

  private runQuery(query: SessionQuery, signal: AbortSignal): Promise<void> {
    const { caller, remainingMs, stalledStreamMs } = this.scope;
    const call = { ...caller, signal, deadlineMs: remainingMs() };
    return sendUpdates(query.engine.search(query.request, call), {
      signal,
      stallMs: stalledStreamMs,
      send: (update, done) => {
        const write = (): void => this.write(query.number, update, done);
        // The message in flight may belong to the previous query.
        if (this.isWriting) this.held = write;
        else write();
      },
    });
  }

  private write(number: number, ...[update, done]: Parameters<SendUpdate<SearchUpdate>>): void {
    this.isWriting = true;
    this.scope.write(number, update, (error) => {
      this.isWriting = false;
      done(error);
      const { held } = this;
      if (held === undefined || this.isWriting) return;
      this.held = undefined;
      held();
    });
  }
}
