// SearchSession over gRPC: messages to queries, and the end of the caller's side.

import { once } from "node:events";
import { setImmediate as nextTick } from "node:timers/promises";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { searchRequestFields } from "../contract/search-request.js";
import type { SearchRequest } from "../contract/search-request.js";
import { searchUpdateFields } from "../contract/search-update.js";
import type { SearchRequest__Output } from "../gen/proto/sluice/v1/SearchRequest.js";
import type { SearchSessionRequest__Output } from "../gen/proto/sluice/v1/SearchSessionRequest.js";
import type { SearchSessionResponse } from "../gen/proto/sluice/v1/SearchSessionResponse.js";
import { QuerySession } from "../service/query-session.js";
import { fromMessage, toMessage } from "../wire/field-messages.js";
import type { RpcContext, StreamTools } from "./calls.js";
import { claimRequest } from "./bounded-call.js";
import { refuseWireFaults } from "./decode-request.js";

type SessionCall = ServerDuplexStream<SearchSessionRequest__Output, SearchSessionResponse>;

/**
 * Resolves when the caller has ended its side and the last query its stream, or when the caller is
 * gone. Throws for a wrong request and for a query that fails, unless a newer one replaced it.
 */
export async function runSessionStream(
  call: SessionCall,
  context: RpcContext,
  tools: StreamTools,
): Promise<void> {
  const { clock, stalledStreamMs } = context;
  const { engine, client, peer, reader, requestId, traceId, span, deadlineMs } = tools;
  const deadlineAtMs = deadlineMs === undefined ? undefined : clock() + deadlineMs;
  const session = new QuerySession({
    engine,
    caller: { client, peer, reader, requestId, traceId, span },
    remainingMs: () =>
      deadlineAtMs === undefined ? undefined : Math.max(0, deadlineAtMs - clock()),
    stalledStreamMs,
    write: (number, update, done) =>
      void call.write(
        { query_number: number, update: toMessage(searchUpdateFields, update) },
        done,
      ),
  });
  tools.onStop(() => session.endWhenIdle());
  tools.signal.addEventListener("abort", () => session.stop(undefined), { once: true });
  call.on("data", (message: SearchSessionRequest__Output) => {
    const claim = claimRequest(message);
    try {
      refuseWireFaults(message);
      session.receive(message.query_number, fieldsOf(message.search));
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

/** The fields that a request sets; a query replaces both its text and its vectors. */
function fieldsOf(message: SearchRequest__Output | null): Partial<SearchRequest> | undefined {
  if (message === null) return undefined;
  const set = fromMessage<SearchRequest>(searchRequestFields, message);
  return message.query === null ? set : { ...set, text: set.text, vectors: set.vectors };
}
