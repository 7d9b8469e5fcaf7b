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
import { invalidField } from "../contract/validate.js";

type SessionCall = ServerDuplexStream<SearchSessionRequest__Output, SearchSessionResponse>;

/**
 * Resolves when the caller has ended its side and the last query its stream, or when the caller is
 * gone. Throws for a wrong request and for a query that fails, unless a newer one replaced it.
 * At most one query runs and one waits, and one message is on its way, whatever the caller does.
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
      // At most one query waits, so what was received is replaced and not gathered.
      claim.done();
      claim.taken();
    }
  });
  const ended = async (): Promise<void> => {
    await once(call, "end");
    // As for an ingest: 'end' comes before 'cancelled'.
    await nextTick();
    session.endOfRequests();
  };
  ended().catch((error: unknown) => session.stop(error));
  await session.finished;
}

interface SessionQuery {
  readonly number: number;
  readonly request: SearchRequest;
}

class SessionStream {
  readonly finished: Promise<void>;
  private readonly call: SessionCall;
  private readonly context: RpcContext;
  private readonly tools: StreamTools;
  /** Milliseconds since 1970. Absent when the call has no deadline. */
  private readonly deadlineAtMs: number | undefined;
  private settle: (error: unknown) => void = () => undefined;
  private lastNumber = 0;
  /** What the requests so far have set. */
  private asked: Partial<SearchRequest> | undefined;
  private waiting: SessionQuery | undefined;
  private running: AbortController | undefined;
  private isWriting = false;
  /** What the running query has to send once the message on its way is taken. */
  private held: (() => void) | undefined;
  private hasEnded = false;
  private isStopped = false;
  /** The server is stopping: the running query is the last one. */
  private isLast = false;

  constructor(call: SessionCall, context: RpcContext, tools: StreamTools) {
    this.call = call;
    this.context = context;
    this.tools = tools;
    this.deadlineAtMs =
      tools.deadlineMs === undefined ? undefined : context.nowMs() + tools.deadlineMs;
    this.finished = new Promise((resolve, reject) => {
      this.settle = (error) => {
        if (error === undefined) resolve();
        // Passed on as it was thrown: the edge tells errors apart.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        else reject(error);
      };
    });
  }

  receive(message: SearchSessionRequest__Output): void {
    if (this.isStopped) return;
    // It would replace what still runs; another server can answer it.
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
    // Whoever types has not ended the word, and mistypes.
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

  /** The server begins to stop. */
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
    this.settle(error);
  }

  /** Runs the newest query until none waits; the one before has let go of everything by then. */
  private async runQueries(): Promise<void> {
    while (this.waiting !== undefined) {
      const query = this.waiting;
      this.waiting = undefined;
      const controller = new AbortController();
      this.running = controller;
      try {
        await this.runQuery(query, controller.signal);
      } catch (error) {
        // What fails after it was replaced most likely fails because of that.
        if (!controller.signal.aborted) throw error;
      } finally {
        this.running = undefined;
      }
    }
    if (this.hasEnded) this.stop(undefined);
    else if (this.isLast) this.stop(stoppingError());
  }

  private runQuery(query: SessionQuery, signal: AbortSignal): Promise<void> {
    const { stalledStreamMs, nowMs } = this.context;
    const { engine, client, peer, reader } = this.tools;
    const { deadlineAtMs } = this;
    const deadlineMs = deadlineAtMs === undefined ? undefined : Math.max(0, deadlineAtMs - nowMs());
    const caller = { signal, deadlineMs, client, peer, reader };
    return sendUpdates(engine.search(query.request, caller), {
      signal,
      stallMs: stalledStreamMs,
      send: (update, done) => {
        const write = (): void => this.write(query.number, update, done);
        // The message on its way may be of the query before.
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

/** What is set replaces what was said before; a query replaces both its words and its vectors. */
function merged(
  before: Partial<SearchRequest> | undefined,
  message: SearchRequest__Output,
): Partial<SearchRequest> {
  const set = fromMessage<SearchRequest>(searchRequestFields, message);
  const query = message.query === null ? {} : { text: set.text, vectors: set.vectors };
  return Object.assign({}, before, set, query);
}
