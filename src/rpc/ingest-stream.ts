// One ingest stream. Documents in flight and pending responses are bounded.

import { once } from "node:events";
import { setImmediate as nextTick } from "node:timers/promises";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { TraceSpan } from "../core/trace-span.js";
import type { EngineApi } from "../engine/api.js";
import type { IngestItem__Output } from "../gen/proto/sluice/v1/IngestItem.js";
import type { IngestRequest__Output } from "../gen/proto/sluice/v1/IngestRequest.js";
import type { RpcContext, StreamTools } from "./calls.js";
import { claimRequest } from "./bounded-call.js";
import type { RequestClaim } from "./bounded-call.js";
import { faultError, wireFaults } from "./decode-request.js";
import { documentFromMessage, ifSequenceOf } from "./convert-documents.js";
import { IngestAnswers } from "./ingest-answers.js";
import type { IngestCall, ItemPlace } from "./ingest-answers.js";
import { createRecentKeys } from "./ingest-memory.js";
import type { AnswerMark } from "./ingest-memory.js";
import { stoppingError } from "./open-calls.js";
import { createSettling } from "./settling.js";
import { collectionName, invalidField, quote, sequenceNumber } from "../contract/validate.js";

/**
 * Resolves when the caller has sent everything and every document is answered, or early when the
 * caller is gone; documents in flight may then still be stored, each as a whole. Throws for errors
 * of the stream; an invalid document gets an error response and the stream continues.
 */
export async function runIngestStream(
  call: IngestCall,
  context: RpcContext,
  tools: StreamTools,
): Promise<void> {
  const stream = new IngestStream(call, context, tools);
  tools.onStop(() => stream.endWhenIdle());
  tools.signal.addEventListener("abort", () => stream.stop(undefined), { once: true });
  call.on("data", (message: IngestRequest__Output) => {
    try {
      stream.receive(message);
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

/** A message with documents that are not started or not answered. */
interface QueuedMessage {
  readonly claim: RequestClaim;
  /** From its arrival until its last document is answered. */
  readonly span: TraceSpan | undefined;
  unbegun: number;
  unanswered: number;
  refused: number;
}

interface QueuedItem {
  readonly item: IngestItem__Output;
  readonly message: QueuedMessage;
  /** Faults in its raw bytes. */
  readonly fault: SluiceError | undefined;
}

/** Bytes of documents processed between two yields; some milliseconds of checks and copies. */
const pumpBytesMax = 1024 * 1024;

/** Approximate size of a document plus a fixed cost, bytes. */
function sizeOf({ document }: IngestItem__Output): number {
  const { text = "", vectors, fields = [] } = document ?? {};
  return 4096 + text.length + (vectors?.rows.length ?? 0) + 64 * fields.length;
}

function answered({ message, isRefused }: Answered): void {
  message.unanswered -= 1;
  if (isRefused) message.refused += 1;
  if (message.unanswered > 0) return;
  message.claim.done();
  message.span?.set({ "sluice.documents_refused": message.refused });
  message.span?.end();
}

interface Answered {
  readonly message: QueuedMessage;
  readonly isRefused: boolean;
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

function queueMessage(
  count: number,
  claim: RequestClaim,
  stream: TraceSpan | undefined,
): QueuedMessage {
  const attributes = { "sluice.documents": count };
  const span = count === 0 ? undefined : stream?.child("documents", { attributes });
  return { claim, span, unbegun: count, unanswered: count, refused: 0 };
}

interface PutPlace extends ItemPlace {
  readonly ifSequence: number | undefined;
  readonly message: QueuedMessage;
}

type IngestTools = Pick<StreamTools, "engine" | "span">;

class IngestStream {
  readonly settling = createSettling();
  private readonly call: IngestCall;
  private readonly context: RpcContext;
  private readonly tools: IngestTools;
  private collection: string | undefined;
  private queue: QueuedItem[] = [];
  private inFlightCount = 0;
  private inFlightBytes = 0;
  private readonly answers: IngestAnswers;
  private readonly recentKeys = createRecentKeys(limits.ingestRecentKeysMax);
  private lastClientSequence = 0;
  private isPumpPlanned = false;
  private isStopped = false;
  private hasEnded = false;
  /** The server is stopping; the stream ends when everything received is answered. */
  private isLast = false;

  constructor(call: IngestCall, context: RpcContext, tools: IngestTools) {
    this.call = call;
    this.context = context;
    this.tools = tools;
    this.answers = new IngestAnswers({
      call,
      context,
      onTaken: () => this.pump(),
      onSent: () => this.finishWhenDone(),
      onFailed: (error) => this.stop(error),
    });
  }

  receive(message: IngestRequest__Output): void {
    const claim = claimRequest(message);
    if (this.isStopped) {
      claim.done();
      return;
    }
    const { items } = message;
    try {
      const faults = faultsOfItems(message);
      this.checkCollection(message.collection);
      const queued = queueMessage(items.length, claim, this.tools.span);
      for (const [i, item] of items.entries())
        this.queue.push({ item, message: queued, fault: faults.get(i) });
    } catch (error) {
      claim.done();
      throw error;
    }
    if (items.length === 0) {
      claim.done();
      claim.taken();
    }
    this.pump();
  }

  endOfRequests(): void {
    this.hasEnded = true;
    this.finishWhenDone();
  }

  /** Called when shutdown starts. */
  endWhenIdle(): void {
    this.isLast = true;
    this.finishWhenDone();
  }

  /** Ends the stream. Documents in flight are still stored or rejected as a whole. */
  stop(error: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    for (const { message } of this.queue) answered({ message, isRefused: true });
    this.queue = [];
    this.answers.stop();
    this.settling.settle(error);
  }

  private checkCollection(name: string): void {
    if (this.collection === undefined) {
      const checked = collectionName(name, "collection");
      // Throws COLLECTION_NOT_FOUND for the stream instead of for each document.
      this.tools.engine.describeCollection(checked);
      this.collection = checked;
      this.tools.span?.set({ "sluice.collection": checked });
    } else if (name !== "" && name !== this.collection) {
      throw invalidField(
        "collection",
        `collection is ${quote(name)}, this stream began with ${quote(this.collection)}; ` +
          "open another stream",
      );
    }
  }

  /**
   * Starts as many documents as the limits allow and yields in between. Reading is paused at the
   * limits.
   */
  private pump(): void {
    if (this.isPumpPlanned || this.isStopped) return;
    let begun = 0;
    let byteCount = 0;
    while (begun < this.queue.length && this.hasRoom() && byteCount < pumpBytesMax) {
      const next = this.queue[begun];
      begun += 1;
      if (next === undefined) continue;
      byteCount += sizeOf(next.item);
      this.begin(next);
      next.message.unbegun -= 1;
      if (next.message.unbegun === 0) next.message.claim.taken();
    }
    if (begun > 0) this.queue.splice(0, begun);
    if (byteCount >= pumpBytesMax) {
      this.isPumpPlanned = true;
      setImmediate(() => {
        this.isPumpPlanned = false;
        this.pump();
      });
    }
    if (this.queue.length > 0 || !this.hasRoom()) this.call.pause();
    else if (this.call.isPaused()) this.call.resume();
  }

  /** Counts documents in flight and responses not sent yet, since both hold memory. */
  private hasRoom(): boolean {
    const unanswered = this.inFlightCount + this.answers.waitingCount;
    const { ingestInFlightMax } = this.context;
    return unanswered < ingestInFlightMax && this.inFlightBytes < limits.ingestInFlightBytesMax;
  }

  private begin({ item, message, fault }: QueuedItem): void {
    let mark: AnswerMark | undefined;
    try {
      const clientSequence = this.nextClientSequence(item.client_sequence);
      mark = this.answers.expect(clientSequence);
      if (fault !== undefined) throw fault;
      const document = documentFromMessage(item.document);
      const ifSequence = ifSequenceOf(item.if_sequence, "if_sequence");
      if (!this.recentKeys.add(document.key)) {
        throw new SluiceError("DUPLICATE_KEY", "the key occurred before in this stream", {
          field: "key",
        });
      }
      this.inFlightCount += 1;
      this.put(document, { clientSequence, mark, ifSequence, message }).catch((error: unknown) =>
        this.stop(error),
      );
    } catch (error) {
      this.answers.refuse(item, error, mark);
      answered({ message, isRefused: true });
    }
  }

  private nextClientSequence(value: string): number {
    const sequence = sequenceNumber(value, "client_sequence");
    if (sequence <= this.lastClientSequence) {
      throw invalidField(
        "client_sequence",
        `client_sequence is ${sequence}, the one before was ${this.lastClientSequence}; ` +
          "number documents from 1, rising",
      );
    }
    this.lastClientSequence = sequence;
    return sequence;
  }

  private async put(document: Parameters<EngineApi["put"]>[1], at: PutPlace): Promise<void> {
    let isRefused = false;
    const byteCount = document.text.length + (document.vectors?.bytes.length ?? 0);
    this.inFlightBytes += byteCount;
    try {
      const { ifSequence } = at;
      const ack = await this.tools.engine.put(this.collection ?? "", document, { ifSequence });
      this.answers.acknowledge(ack, at);
    } catch (error) {
      isRefused = true;
      // The document was not stored, so the caller may resend the key on this stream.
      this.recentKeys.remove(document.key);
      const item = { client_sequence: String(at.clientSequence), document: { key: document.key } };
      this.answers.refuse(item, error, at.mark);
    }
    this.inFlightCount -= 1;
    this.inFlightBytes -= byteCount;
    answered({ message: at.message, isRefused });
    if (!this.isStopped) this.pump();
  }

  private finishWhenDone(): void {
    const isIdle = this.inFlightCount === 0 && this.queue.length === 0;
    if (!isIdle || !this.answers.areTaken) return;
    if (this.hasEnded) this.stop(undefined);
    else if (this.isLast) this.stop(stoppingError());
  }
}
