// One session of search as you type: the newest query runs, older ones are dropped.

import { searchRequestFields } from "../contract/search-request.js";
import type { SearchRequest } from "../contract/search-request.js";
import { searchUpdateFields } from "../contract/search-update.js";
import type { SearchUpdate } from "../contract/search-update.js";
import { once } from "node:events";
import { setImmediate as nextTick } from "node:timers/promises";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { SearchRequest__Output } from "../gen/proto/sluice/v1/SearchRequest.js";
import type { SearchSessionRequest__Output } from "../gen/proto/sluice/v1/SearchSessionRequest.js";
import type { SearchSessionResponse } from "../gen/proto/sluice/v1/SearchSessionResponse.js";
import { sendUpdates } from "../search/send-updates.js";
import type { SendUpdate } from "../search/send-updates.js";
import type { RpcContext, StreamTools } from "./calls.js";
import { claimRequest } from "./bounded-call.js";
import { refuseWireFaults } from "./decode-request.js";
import { fromMessage, toMessage } from "../wire/field-messages.js";
import { checkedSearch } from "./requests.js";
import { stoppingError } from "./open-calls.js";
import { createSettling } from "./settling.js";
import { invalidField } from "../contract/validate.js";

type SessionCall = ServerDuplexStream<SearchSessionRequest__Output, SearchSessionResponse>;

/**
 * Resolves when the caller has ended its side and the last query its stream, or when the caller is
 * gone. Throws for a wrong request and for a query that fails, unless a newer one replaced it. At
 * most one query runs, one is queued and one message is in flight, whatever the caller does.
 */
export async function runSessionStream(
  call: SessionCall,
  context: RpcContext,
  tools: StreamTools,
): Promise<void> {
  const session = new SessionStream(call, context, tools);
  tools.onStop(() => session.endWhenIdle());
  tools.signal.addEventListener("abort", () => session.stop(undefined), { once: true });
  call.on("data", (message: SearchSessionRequest__Output) => {
    const claim = claimRequest(message);
    try {
      session.receive(message);
    } catch (error) {
      session.stop(error);
    } finally {
      // At most one query is queued; a newer request replaces it.
      claim.done();
      claim.taken();
    }
  });
  const ended = async (): Promise<void> => {
    await once(call, "end");
    // As in an ingest stream, 'end' comes before 'cancelled'.
    await nextTick();
    session.endOfRequests();
  };
  ended().catch((error: unknown) => session.stop(error));
  await session.settling.finished;
}

interface SessionQuery {
  readonly number: number;
  readonly request: SearchRequest;
}

class SessionStream {
  readonly settling = createSettling();
  private readonly call: SessionCall;
  private readonly context: RpcContext;
  private readonly tools: StreamTools;
  /** By the monotonic clock. Absent when the call has no deadline. */
  private readonly deadlineAtMs: number | undefined;
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

  constructor(call: SessionCall, context: RpcContext, tools: StreamTools) {
    this.call = call;
    this.context = context;
    this.tools = tools;
    this.deadlineAtMs =
      tools.deadlineMs === undefined ? undefined : context.clock() + tools.deadlineMs;
  }

  receive(message: SearchSessionRequest__Output): void {
    if (this.isStopped) return;
    // A new query would replace the running one; another server can answer it.
    if (this.isLast) throw stoppingError();
    refuseWireFaults(message);
    const { query_number: number } = message;
    if (number <= this.lastNumber) {
      throw invalidField(
        "query_number",
        `query_number is ${number}, the one before was ${this.lastNumber}; number from 1, rising`,
      );
    }
    const { search } = message;
    const asked = search === null ? this.asked : merged(this.asked, search);
    if (asked === undefined) throw invalidField("search", "search is missing in the first request");
    // While the user types, the last word is incomplete and typing errors are common.
    const { typos = true, lastWordBegins = true } = asked;
    const request = checkedSearch({ ...asked, typos, lastWordBegins });
    this.lastNumber = number;
    this.asked = asked;
    this.waiting = { number, request };
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
    const { stalledStreamMs, clock } = this.context;
    const { engine, client, peer, reader, requestId, traceId, span } = this.tools;
    const { deadlineAtMs } = this;
    const deadlineMs = deadlineAtMs === undefined ? undefined : Math.max(0, deadlineAtMs - clock());
    const caller = { signal, deadlineMs, client, peer, reader, requestId, traceId, span };
    return sendUpdates(engine.search(query.request, caller), {
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
    const message = { query_number: number, update: toMessage(searchUpdateFields, update) };
    this.call.write(message, (error?: Error | null) => {
      this.isWriting = false;
      done(error);
      const { held } = this;
      if (held === undefined || this.isWriting) return;
      this.held = undefined;
      held();
    });
  }
}

/** Fields that are set replace earlier ones; a query replaces both its text and its vectors. */
function merged(
  before: Partial<SearchRequest> | undefined,
  message: SearchRequest__Output,
): Partial<SearchRequest> {
  const set = fromMessage<SearchRequest>(searchRequestFields, message);
  const query = message.query === null ? {} : { text: set.text, vectors: set.vectors };
  return Object.assign({}, before, set, query);
}
