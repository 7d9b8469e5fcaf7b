// One session of search as you type: the newest query runs, older ones are dropped.

import type { SearchRequest } from "../contract/search-request.js";
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
import { searchRequestFromMessage, searchUpdateToMessage } from "./convert-search.js";
import { stoppingError } from "./open-calls.js";
import { invalidField } from "./validate.js";

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
  /** Milliseconds since 1970; undefined: no deadline. */
  private readonly deadlineAtMs: number | undefined;
  private settle: (error: unknown) => void = () => undefined;
  private lastNumber = 0;
  private lastMessage: SearchRequest__Output | undefined;
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
    const merged = mergeSearch(this.lastMessage, message.search);
    const asked = searchRequestFromMessage(merged);
    // Whoever types has not ended the word, and mistypes.
    const { typos = true, lastWordBegins = true } = asked;
    const request = { ...asked, typos, lastWordBegins };
    this.lastNumber = number;
    this.lastMessage = merged;
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
    const message = { query_number: number, update: searchUpdateToMessage(update) };
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

/**
 * What is set in `next` replaces what was said before; plain values count as set when not default.
 */
function mergeSearch(
  before: SearchRequest__Output | undefined,
  next: SearchRequest__Output | null,
): SearchRequest__Output {
  if (before === undefined) {
    if (next === null) throw invalidField("search", "search is missing in the first request");
    return next;
  }
  return next === null ? before : { ...before, ...setProperties(next) };
}

const fieldsWithPresence: ReadonlySet<string> = new Set([
  "min_sequence",
  "typos",
  "last_word_begins",
]);

function setProperties(message: SearchRequest__Output): Partial<SearchRequest__Output> {
  const isSet = (name: string, value: unknown): boolean => {
    if (Array.isArray(value)) return value.length > 0;
    // A field with presence that is there was set, also to 0.
    if (typeof value === "number" || fieldsWithPresence.has(name)) return true;
    if (typeof value === "string") return value !== "" && !value.endsWith("_UNSPECIFIED");
    return value !== null && value !== false;
  };
  return Object.fromEntries(Object.entries(message).filter(([name, value]) => isSet(name, value)));
}
