// Ingest over gRPC: messages to documents, and the end of the caller's side.

import { once } from "node:events";
import { setImmediate as nextTick } from "node:timers/promises";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { IngestDocument } from "../core/document.js";
import type { SluiceError } from "../core/errors.js";
import type { TraceSpan } from "../core/trace-span.js";
import type { IngestItem__Output } from "../gen/proto/sluice/v1/IngestItem.js";
import type { IngestRequest__Output } from "../gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse } from "../gen/proto/sluice/v1/IngestResponse.js";
import { IngestStream } from "../service/ingest-stream.js";
import type { IngestArrival, IngestEntry } from "../service/ingest-stream.js";
import type { RpcContext, StreamTools } from "./calls.js";
import { claimRequest } from "./bounded-call.js";
import type { RequestClaim } from "./bounded-call.js";
import { faultError, wireFaults } from "./decode-request.js";
import { documentFromMessage, ifSequenceOf } from "./convert-documents.js";

type IngestCall = ServerDuplexStream<IngestRequest__Output, IngestResponse>;

/**
 * Resolves when the caller has sent everything and every document is answered, or early when the
 * caller is gone. Throws for errors of the stream.
 */
export async function runIngestStream(
  call: IngestCall,
  context: RpcContext,
  tools: StreamTools,
): Promise<void> {
  const { logger, stalledStreamMs, ingestInFlightMax: inFlightMax } = context;
  const { engine, span } = tools;
  const transport = {
    path: call.getPath(),
    logger,
    stalledStreamMs,
    write: (answer: IngestResponse, done: (error?: Error | null) => void) =>
      void call.write(answer, done),
    pause: () => void call.pause(),
    resume() {
      if (call.isPaused()) call.resume();
    },
  };
  const stream = new IngestStream(transport, { engine, span, inFlightMax });
  tools.onStop(() => stream.endWhenIdle());
  tools.signal.addEventListener("abort", () => stream.stop(undefined), { once: true });
  call.on("data", (message: IngestRequest__Output) => {
    const claim = claimRequest(message);
    try {
      stream.receive(message.collection, toArrival(message, { claim, span }));
    } catch (error) {
      stream.stop(error);
    }
  });
  const ended = async (): Promise<void> => {
    await once(call, "end");
    // grpc-js emits 'end' before 'cancelled' when the caller disconnects, so wait one tick.
    await nextTick();
    if (!call.cancelled) stream.endOfRequests();
  };
  ended().catch((error: unknown) => stream.stop(error));
  await stream.settling.finished;
}

/** Throws for faults of the message, whose memory is then free. */
function toArrival(
  message: IngestRequest__Output,
  { claim, span: stream }: { readonly claim: RequestClaim; readonly span: TraceSpan | undefined },
): IngestArrival {
  try {
    const { items } = message;
    const faults = faultsOfItems(message);
    const attributes = { "sluice.documents": items.length };
    // From its arrival until its last document is answered.
    const span = items.length === 0 ? undefined : stream?.child("documents", { attributes });
    return {
      entries: items.map((item, i) => toEntry(item, faults.get(i))),
      onBegun: () => claim.taken(),
      onAnswered: (refusedCount) => {
        claim.done();
        span?.set({ "sluice.documents_refused": refusedCount });
        span?.end();
      },
    };
  } catch (error) {
    claim.done();
    throw error;
  }
}

/** `fault`: in the raw bytes of the item. */
function toEntry(item: IngestItem__Output, fault: SluiceError | undefined): IngestEntry {
  return {
    clientSequence: item.client_sequence,
    key: item.document?.key ?? "",
    byteCount: sizeOf(item),
    read(): IngestDocument {
      if (fault !== undefined) throw fault;
      const document = documentFromMessage(item.document);
      return { ...document, ifSequence: ifSequenceOf(item.if_sequence, "if_sequence") };
    },
  };
}

/** Approximate size of a document plus a fixed cost, bytes. */
function sizeOf({ document }: IngestItem__Output): number {
  const { text = "", vectors, fields = [] } = document ?? {};
  return 4096 + text.length + (vectors?.rows.length ?? 0) + 64 * fields.length;
}

/** Faults in the bytes of single documents. Throws for faults of the message. */
function faultsOfItems(message: IngestRequest__Output): ReadonlyMap<number, SluiceError> {
  const ofItems = new Map<number, SluiceError>();
  for (const fault of wireFaults(message)) {
    const place = /^items\[(\d+)\](?:\.document)?\.?(.*)$/.exec(fault.path);
    if (fault.kind === "broken" || place === null) throw faultError(fault);
    const index = Number(place[1]);
    if (!ofItems.has(index)) ofItems.set(index, faultError({ ...fault, path: place[2] ?? "" }));
  }
  return ofItems;
}
