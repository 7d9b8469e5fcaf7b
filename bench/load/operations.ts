// Operations of a load, timed from the moment for which they were planned.

import { setTimeout as sleep } from "node:timers/promises";
import type { SluiceClient } from "../../src/client/client.js";
import { SluiceClientError } from "../../src/client/client-error.js";
import type { Document } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { Profile } from "./profile.js";
import type { Tally } from "./tally.js";

export interface Planned {
  /** Planned start, as `performance.now()`. */
  readonly dueMs: number;
  readonly client: SluiceClient;
  readonly tally: Tally;
}

/** Operations are abandoned after this multiple of the budget, and at least this long. */
const patience = { budgets: 10, msMin: 5000 } as const;

export async function runSearch(
  { dueMs, client, tally }: Planned,
  request: SearchRequest,
  { cancelAfterMs }: { readonly cancelAfterMs: number | undefined },
): Promise<void> {
  const controller = new AbortController();
  const timer =
    cancelAfterMs === undefined ? undefined : setTimeout(() => controller.abort(), cancelAfterMs);
  tally.planned();
  let isAnswered = false;
  try {
    const deadlineMs = Math.max(patience.msMin, patience.budgets * (request.budgetMs ?? 0));
    for await (const update of client.search(request, { signal: controller.signal, deadlineMs })) {
      const ms = performance.now() - dueMs;
      if (update.sequence === 1) tally.first(ms);
      if (!update.final) continue;
      isAnswered = true;
      tally.completed({ ms, degradations: update.degradations.map(({ reason }) => reason) });
    }
  } catch (error) {
    // A cancellation after the response has no effect.
    if (controller.signal.aborted && isCancel(error)) {
      if (!isAnswered) tally.cancelled();
    } else tally.failed(error);
  } finally {
    clearTimeout(timer);
  }
}

function isCancel(error: unknown): boolean {
  return error instanceof SluiceClientError && error.status === "CANCELLED";
}

/** Types a text letter by letter; latency is that of the last query, from its key press. */
export async function runSession(
  { client, tally }: Planned,
  request: SearchRequest,
  { queries, keyMs }: Profile["session"],
): Promise<void> {
  tally.planned();
  const session = client.session({ deadlineMs: queries * keyMs + patience.msMin });
  const { text = "", ...rest } = request;
  let typedMs = 0;
  const type = async (): Promise<void> => {
    for (let n = queries - 1; n >= 0; n -= 1) {
      const typed = text.slice(0, Math.max(1, text.length - n));
      typedMs = performance.now();
      session.search(n === queries - 1 ? { ...rest, text: typed } : { text: typed });
      if (n > 0) await sleep(keyMs);
    }
    session.end();
  };
  const typing = type();
  typing.catch(() => undefined);
  try {
    for await (const { queryNumber, update } of session.updates) {
      if (queryNumber < queries) continue;
      const ms = performance.now() - typedMs;
      if (update.sequence === 1) tally.first(ms);
      if (update.final)
        tally.completed({ ms, degradations: update.degradations.map(({ reason }) => reason) });
    }
  } catch (error) {
    tally.failed(error);
  }
  await typing;
}

export async function runWrite(
  { dueMs, client, tally }: Planned,
  collection: string,
  write: { readonly document: Document } | { readonly deletedKey: string },
): Promise<void> {
  tally.planned();
  try {
    if ("deletedKey" in write) await client.delete(collection, [write.deletedKey]);
    else await client.ingest(collection, [write.document]);
    tally.completed({ ms: performance.now() - dueMs, degradations: [] });
  } catch (error) {
    tally.failed(error);
  }
}
