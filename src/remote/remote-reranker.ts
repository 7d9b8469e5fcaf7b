// A remote reranker: batching, concurrency, retries and the circuit breaker.

import { setTimeout as wait } from "node:timers/promises";

import type { RemoteRerankerConfig } from "../config/remote-rerankers.js";
import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import type { RelevanceOptions, Reranker } from "../search/reranker.js";
import { call, cancelled } from "./call.js";
import type { CallFailure } from "./call.js";
import { createCircuitBreaker } from "./circuit-breaker.js";
import type { BreakerState, CircuitBreaker } from "./circuit-breaker.js";
import { createRetryBudget } from "./retry-budget.js";
import { readAnswer, shapes } from "./shapes.js";
import { createRemoteTurns } from "./turns.js";

/**
 * One attempt, for metrics; `refused`: prevented by the breaker, or by a pause that the service
 * set.
 */
export interface RemoteCall {
  readonly reranker: string;
  readonly outcome: "ok" | "failed" | "cancelled" | "refused";
  readonly durationMs: number;
}

export interface RemoteReranker extends Reranker {
  readonly breakerState: BreakerState;
  /** Distinguishes its scores in caches from those of another service with the same name. */
  readonly identity: string;
}

export interface RemoteParts {
  readonly clock: Clock;
  /** In [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly onCall: (call: RemoteCall) => void;
  /** Called when the breaker opens, with the reason. */
  readonly onOpen: (reranker: string, message: string) => void;
}

/** Consecutive failures that open the breaker, and for how long it stays open. */
const breakerFailureCount = 5;
const breakerOpenMs = 10_000;
/** Delay of the first retry, milliseconds; doubled for each further one. */
const retryDelayMs = 100;

/**
 * `relevances` throws REMOTE_FAILED, which never contains a key or text of a response, or
 * CANCELLED.
 */
export function createRemoteReranker(
  config: RemoteRerankerConfig,
  parts: RemoteParts,
): RemoteReranker {
  const { name, shape, url, model, documentsPerCall, callsAtOnce } = config;
  const { clock } = parts;
  const breaker = createCircuitBreaker({
    clock,
    failureCount: breakerFailureCount,
    openMs: breakerOpenMs,
  });
  const turns = createRemoteTurns(callsAtOnce);
  const ask = createAsk(config, parts, breaker);
  return {
    name,
    identity: JSON.stringify([name, shape, url, model]),
    batchSize: documentsPerCall,
    readsWindows: false,
    parallelism: callsAtOnce,
    get breakerState() {
      return breaker.state;
    },
    async relevances(query, texts, { signal, span }) {
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const askOne = (batch: readonly string[]): Promise<readonly number[]> =>
        turns.run(() => ask(query, batch, { signal: either, span }), either);
      const [first = [], ...others] = batchesOf({ query, texts }, config);
      try {
        // Unless the breaker is closed, it lets a single call through and rejects the others
        // meanwhile.
        const tried = breaker.state === "closed" ? askOne(first) : await askOne(first);
        return (await Promise.all([tried, ...others.map(askOne)])).flat();
      } finally {
        // One failed batch fails the request, so the others are cancelled.
        stop.abort();
      }
    },
  };
}

/** Batches within the limits of the service; a text that exceeds them alone is truncated. */
export function batchesOf(
  { query, texts }: { readonly query: string; readonly texts: readonly string[] },
  limit: Pick<RemoteRerankerConfig, "documentsPerCall" | "charactersPerCall">,
): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let characters = 0;
  for (const whole of texts) {
    const text = cut(whole, Math.max(1, limit.charactersPerCall - query.length));
    // Services count the query once per text, since their models read it with each.
    const added = query.length + text.length;
    const last = batches.at(-1);
    const hasRoom = last !== undefined && last.length < limit.documentsPerCall;
    if (hasRoom && characters + added <= limit.charactersPerCall) {
      last.push(text);
      characters += added;
    } else {
      batches.push([text]);
      characters = added;
    }
  }
  return batches;
}

/** At most `length` UTF-16 code units, without splitting a surrogate pair. */
function cut(text: string, length: number): string {
  const end = text.slice(0, length);
  return end.length < text.length && /[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end;
}

type Asking = Pick<RelevanceOptions, "signal" | "span">;

type Ask = (query: string, texts: readonly string[], options: Asking) => Promise<readonly number[]>;

function createAsk(
  config: RemoteRerankerConfig,
  { clock, random, onCall, onOpen }: RemoteParts,
  breaker: CircuitBreaker,
): Ask {
  const budget = createRetryBudget();
  let last: CallFailure | undefined;
  const isOpen = (): boolean => breaker.state === "open";
  const attempt: AttemptOnce = async (query, texts, options) => {
    const entered = breaker.enter();
    const startMs = clock();
    const ended = (outcome: RemoteCall["outcome"]): void =>
      onCall({ reranker: config.name, outcome, durationMs: clock() - startMs });
    if ("refusedMs" in entered) {
      ended("refused");
      const retryAfterMs = Math.ceil(entered.refusedMs);
      const message = `calls are paused for ${retryAfterMs} ms, since ${last?.message ?? "it failed"}`;
      return { kind: "failed", message, mayPass: false, isBroken: false, retryAfterMs };
    }
    let result: readonly number[] | CallFailure;
    try {
      result = await callOnce(config, { query, texts, ...options });
    } catch (error) {
      entered.withdrawn();
      ended("cancelled");
      throw error;
    }
    if (!isFailure(result)) {
      entered.succeeded();
      budget.succeeded();
      ended("ok");
      return result;
    }
    last = result;
    if (result.mayPass) budget.failed();
    const wasOpen = isOpen();
    if (result.isBroken) entered.failed();
    else entered.withdrawn();
    if (result.retryAfterMs !== undefined) breaker.pause(result.retryAfterMs);
    ended("failed");
    if (!wasOpen && isOpen()) onOpen(config.name, result.message);
    return result;
  };
  return async (query, texts, options) => {
    const { signal } = options;
    for (let made = 1; ; made += 1) {
      const result = await attempt(query, texts, options);
      if (!isFailure(result)) return result;
      const backoffMs = retryDelayMs * 2 ** (made - 1) * (0.5 + random());
      // Timers may fire a fraction of a millisecond early.
      const delayMs = Math.max((result.retryAfterMs ?? 0) + 1, backoffMs);
      const isWorthIt = result.mayPass && made < config.attempts && delayMs <= config.timeoutMs;
      if (!isWorthIt || !budget.mayRetry) throw remoteFailed(config.name, result);
      await wait(delayMs, undefined, { signal }).catch(() => Promise.reject(cancelled()));
    }
  };
}

type AttemptOnce = (
  query: string,
  texts: readonly string[],
  options: Asking,
) => Promise<readonly number[] | CallFailure>;

async function callOnce(
  config: RemoteRerankerConfig,
  {
    query,
    texts,
    signal,
    span,
  }: Asking & { readonly query: string; readonly texts: readonly string[] },
): Promise<readonly number[] | CallFailure> {
  const shape = shapes[config.shape];
  const broken = { kind: "failed", mayPass: false, isBroken: true } as const;
  const key = readKey(config);
  if (key === null) return { ...broken, message: "its key can no longer be read" };
  const result = await call({
    url: config.url + shape.path,
    timeoutMs: config.timeoutMs,
    signal,
    span,
    key,
    body: shape.body({ model: config.model, query, texts }),
  });
  if (result.kind === "failed") return result;
  const read = readAnswer(shape, result.text, texts.length);
  return typeof read === "string" ? { ...broken, message: read } : read;
}

/** Null when a key is required and cannot be read. */
function readKey({ key }: RemoteRerankerConfig): string | undefined | null {
  try {
    return key?.();
  } catch {
    return null;
  }
}

function isFailure(result: readonly number[] | CallFailure): result is CallFailure {
  return "kind" in result;
}

function remoteFailed(name: string, { message, retryAfterMs }: CallFailure): SluiceError {
  const told = `the re-ranking service "${name}" failed: ${message}`;
  return new SluiceError("REMOTE_FAILED", told, retryAfterMs === undefined ? {} : { retryAfterMs });
}
