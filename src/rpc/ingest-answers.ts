// Batches the responses of one ingest stream; at most one message is in flight.

import type { ServerDuplexStream } from "@grpc/grpc-js";
import { errorTable, isSluiceError, SluiceError } from "../core/errors.js";
import { publicMessage } from "../core/public-message.js";
import type { IngestAck } from "../gen/proto/sluice/v1/IngestAck.js";
import type { IngestError } from "../gen/proto/sluice/v1/IngestError.js";
import type { IngestRequest__Output } from "../gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse } from "../gen/proto/sluice/v1/IngestResponse.js";
import type { WriteAck } from "../ingest/write-operations.js";
import type { RpcContext } from "./calls.js";
import { createAnswerOrder } from "./ingest-memory.js";
import type { AnswerMark } from "./ingest-memory.js";

export type IngestCall = ServerDuplexStream<IngestRequest__Output, IngestResponse>;

/** Fields of a document that its response repeats. */
export interface AnsweredItem {
  readonly client_sequence: string;
  readonly document: { readonly key: string } | null;
}

/** The number of a document, and its place in the order of answers. */
export interface ItemPlace {
  readonly clientSequence: number;
  readonly mark: AnswerMark;
}

export interface IngestAnswersOptions {
  readonly call: IngestCall;
  readonly context: RpcContext;
  /** Called when the transport has accepted a message and there is room for more responses. */
  readonly onTaken: () => void;
  /** Called when all responses were sent. */
  readonly onSent: () => void;
  /** Called when the stream fails. */
  readonly onFailed: (error: unknown) => void;
}

/** Why a document was not written. What has no reason is logged, with the path of the RPC. */
export function toIngestError(
  error: unknown,
  refused: {
    readonly client_sequence: string | number;
    readonly key: string;
    readonly path: string;
  },
  { logger }: Pick<RpcContext, "logger">,
): IngestError {
  const { client_sequence, key, path } = refused;
  const known = isSluiceError(error) ? error : undefined;
  if (known === undefined) logger.error({ err: error, path }, "a document failed unexpectedly");
  const reason = known?.reason ?? "INTERNAL";
  return {
    client_sequence,
    key,
    reason,
    message: publicMessage(known?.message ?? "unexpected failure; see the server's log"),
    field: known?.field ?? "",
    retryable: errorTable[reason].retryable,
  };
}

export class IngestAnswers {
  private readonly options: IngestAnswersOptions;
  private readonly order = createAnswerOrder();
  private acks: IngestAck[] = [];
  private errors: IngestError[] = [];
  private isWriting = false;
  private isFlushPlanned = false;
  private isStopped = false;
  private stallTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestAnswersOptions) {
    this.options = options;
  }

  /** Number of responses not sent yet. */
  get waitingCount(): number {
    return this.acks.length + this.errors.length;
  }

  /** Whether the transport has accepted all responses. */
  get areTaken(): boolean {
    return this.waitingCount === 0 && !this.isWriting;
  }

  /** Registers a document; `answered_through` does not pass it before its response. */
  expect(clientSequence: number): AnswerMark {
    return this.order.add(clientSequence);
  }

  /** The document is stored. */
  acknowledge({ key, sequence, passageCount }: WriteAck, at: ItemPlace): void {
    const { clientSequence: client_sequence, mark } = at;
    this.acks.push({ client_sequence, key, sequence, passage_count: passageCount });
    mark.isAnswered = true;
    this.planFlush();
  }

  /** The document is not stored. `mark` is undefined when its number was wrong. */
  refuse(item: AnsweredItem, error: unknown, mark: AnswerMark | undefined): void {
    const { call, context } = this.options;
    const { client_sequence, document } = item;
    const refused = { client_sequence, key: document?.key ?? "", path: call.getPath() };
    this.errors.push(toIngestError(error, refused, context));
    if (mark !== undefined) mark.isAnswered = true;
    this.planFlush();
  }

  /** Stops sending. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.stallTimer);
  }

  /** Responses of one event loop iteration, such as those of one commit, share a message. */
  private planFlush(): void {
    if (this.isFlushPlanned || this.isStopped) return;
    this.isFlushPlanned = true;
    setImmediate(() => {
      this.isFlushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    const { call, onTaken, onSent, onFailed } = this.options;
    if (this.isStopped || this.isWriting) return;
    if (this.waitingCount === 0) {
      onSent();
      return;
    }
    const response: IngestResponse = {
      acks: this.acks,
      errors: this.errors,
      answered_through: this.order.answeredThrough(),
    };
    this.acks = [];
    this.errors = [];
    this.isWriting = true;
    this.startStallTimer();
    call.write(response, (error?: Error | null) => {
      this.isWriting = false;
      clearTimeout(this.stallTimer);
      if (error) onFailed(error);
      if (this.isStopped) return;
      onTaken();
      this.flush();
    });
  }

  private startStallTimer(): void {
    const { context, onFailed } = this.options;
    const { stalledStreamMs } = context;
    this.stallTimer = setTimeout(() => {
      const message = `answers were not read for ${stalledStreamMs} ms; read them as they come`;
      onFailed(new SluiceError("DEADLINE_EXCEEDED", message));
    }, stalledStreamMs);
  }
}
