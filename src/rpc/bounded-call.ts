// One call within its limits: received bytes are counted before they are kept, a request that stalls
// is cancelled, long lists are decoded in steps, and responses wait for slow readers.

import { constants } from "node:http2";
import type { ServerInterceptingCallInterface, ServerListener } from "@grpc/grpc-js";
import { present } from "../core/assert.js";
import type { ByteHold } from "../core/byte-budget.js";

import type { AnswerStream } from "../core/unread-answers.js";
import type { Traffic } from "../core/traffic.js";
import { warningHeader, warningOfIgnored } from "../service/ignored-fields.js";
import { Metadata, ServerInterceptingCall } from "../wire/grpc.bundle.js";
import { ignoredFields } from "./decode-request.js";
import type { DecodeSteps } from "./decode-request.js";
import { libraryCall, messageBytes, overBudget } from "./library-call.js";
import type { LibraryCall } from "./library-call.js";
import { createArrivals } from "./request-arrivals.js";
import type { RpcStatus } from "./status.js";

export interface CallBounds {
  readonly traffic: Traffic;
  /** Maximum size of a decompressed message. */
  readonly messageBytesMax: number;
  /** A partial message must make progress within this time. */
  readonly requestStallMs: number;
  /** The reader must accept a response within this time. */
  readonly answerStallMs: number;
  readonly toStatus: (error: unknown) => RpcStatus;
}

/** Serialization of one method's messages. */
export interface MethodCodec {
  readonly decode: (bytes: Buffer) => DecodeSteps;
  readonly encode: (message: object) => Buffer;
}

/** A message of a request stream that its handler is processing. Both calls are idempotent. */
export interface RequestClaim {
  /** The next message may be read. */
  taken(): void;
  /** Its memory is released; may be called after the end of the call. */
  done(): void;
}

const claims = new WeakMap<object, () => RequestClaim>();

/** Handlers of request streams call it once per message. */
export function claimRequest(message: object): RequestClaim {
  return present(claims.get(message), "messages of request streams are tracked")();
}

/** All connections of one host count as one peer. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, "");
}

/**
 * `codec` is absent for services of the gRPC library, which decodes their small messages itself.
 */
export function boundCall(
  call: ServerInterceptingCallInterface,
  method: { readonly requestStream: boolean; readonly codec: MethodCodec | undefined },
  bounds: CallBounds,
): ServerInterceptingCall {
  const inner = libraryCall(call);
  const connection = call.getPeer();
  const { budget, answers } = bounds.traffic;
  const close = (): void => inner.stream.close(constants.NGHTTP2_CANCEL);
  const hold = budget.open(hostOf(connection));
  const answer = answers.open(connection, close);
  const bounded = new BoundedCall(inner, { ...bounds, method, hold, answer, close });
  inner.stream.once("close", () => {
    hold.release();
    answer.end();
    bounded.end();
  });
  return bounded;
}

interface CallParts extends CallBounds {
  readonly method: { readonly requestStream: boolean; readonly codec: MethodCodec | undefined };
  readonly hold: ByteHold;
  readonly answer: AnswerStream;
  /** Ends the stream and releases its memory. */
  readonly close: () => void;
}

/** Messages of the library's own services: health and reflection. */
const smallMessageBytesMax = 64 * 1024;
/** Time between a rejected call's status and its forced end, milliseconds. */
const refusalMs = 1000;

class BoundedCall extends ServerInterceptingCall {
  private readonly parts: CallParts;
  private readonly connection: string;
  private readonly gone = new AbortController();
  private readonly arrivals: ReturnType<typeof createArrivals>;
  /** Fields that this version does not know, of all messages of the call. */
  private readonly ignored = new Set<string>();
  private isOver = false;
  private isUntaken = false;
  /** Bytes of a message that its handler has not claimed yet. */
  private unclaimed: ByteHold | undefined;
  private wantsRead = false;
  private unreadCount = 0;
  private answerTimer: NodeJS.Timeout | undefined;
  private refusalTimer: NodeJS.Timeout | undefined;

  constructor(inner: LibraryCall, parts: CallParts) {
    let listener: ServerListener = {};
    super(inner, { start: (next) => next(listener) });
    this.parts = parts;
    this.connection = inner.getPeer();
    const bytesMax =
      parts.method.codec === undefined ? smallMessageBytesMax : parts.messageBytesMax;
    this.arrivals = createArrivals({
      bytesMax,
      stallMs: parts.requestStallMs,
      refuse: (error) => this.refuse(error),
    });
    listener = this.listener();
    this.boundLibrary(inner, bytesMax);
    if (!parts.method.requestStream) this.arrivals.expect();
  }

  override startRead(): void {
    const { method, hold } = this.parts;
    if (!method.requestStream || method.codec === undefined) {
      super.startRead();
      return;
    }
    if (this.isUntaken) {
      this.wantsRead = true;
      return;
    }
    // A stream can be paused, since flow control stops its sender.
    hold.whenHalfFree(() => {
      this.arrivals.resume();
      super.startRead();
    });
  }

  override sendMessage(message: object, callback: () => void): void {
    const { method, answer, toStatus } = this.parts;
    if (method.codec === undefined) {
      super.sendMessage(message, callback);
      return;
    }
    let bytes: Buffer;
    try {
      bytes = method.codec.encode(message);
    } catch (error) {
      this.sendStatus(toStatus(error));
      return;
    }
    const taken = answer.add(bytes.length);
    this.unreadCount += 1;
    this.restartAnswerTimer();
    super.sendMessage(bytes, () => {
      taken();
      this.unreadCount -= 1;
      this.restartAnswerTimer();
      callback();
    });
  }

  override sendStatus(status: Parameters<ServerInterceptingCall["sendStatus"]>[0]): void {
    if (this.ignored.size > 0) {
      status.metadata ??= new Metadata();
      status.metadata.set(warningHeader, warningOfIgnored(this.ignored));
    }
    super.sendStatus(status);
  }

  /** The stream is closed. */
  end(): void {
    this.isOver = true;
    this.unclaimed?.release();
    this.gone.abort();
    this.arrivals.end();
    clearTimeout(this.answerTimer);
    clearTimeout(this.refusalTimer);
  }

  private boundLibrary(inner: LibraryCall, bytesMax: number): void {
    const { hold, toStatus } = this.parts;
    const receive = inner.handleDataFrame.bind(inner);
    const unpack = inner.decompressMessage.bind(inner);
    inner.handleDataFrame = (data) => {
      if (this.isOver) return;
      if (hold.add(data.length)) receive(data);
      else this.refuse(overBudget());
    };
    inner.decoder = { write: (data) => this.arrivals.receive(data) };
    inner.decompressMessage = (framed, encoding) =>
      ["identity", "gzip", "deflate"].includes(encoding)
        ? messageBytes(framed, encoding, { account: hold, bytesMax, refuse: toStatus })
        : unpack(framed, encoding);
  }

  private refuse(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.arrivals.end();
    this.sendStatus(this.parts.toStatus(error));
    // A caller that keeps sending is disconnected; the bytes received so far stay counted until
    // then.
    this.refusalTimer = setTimeout(this.parts.close, refusalMs);
  }

  private listener(): ServerListener {
    const { codec, requestStream } = this.parts.method;
    return {
      onReceiveMessage: (message: unknown, next) => {
        this.arrivals.pause();
        if (codec === undefined || !Buffer.isBuffer(message)) next(message);
        else runSteps(codec.decode(message), (decoded) => next(this.track(decoded, message)));
      },
      onReceiveHalfClose: (next) => {
        this.arrivals.end();
        const room = this.parts.traffic.answers.room(this.connection);
        if (requestStream || room.hasRoom()) next();
        // The handler starts when enough of the connection's earlier responses were read.
        else room.whenRoom(this.gone.signal).then(next, (error: unknown) => this.refuse(error));
      },
    };
  }

  /** On a request stream, the next message is read after this one was consumed. */
  private track(message: object, { length }: Buffer): object {
    for (const name of ignoredFields(message)) this.ignored.add(name);
    if (!this.parts.method.requestStream) return message;
    const own = this.parts.hold.split(length);
    this.isUntaken = true;
    const taken = (): void => {
      if (!this.isUntaken) return;
      this.isUntaken = false;
      if (!this.wantsRead) return;
      this.wantsRead = false;
      this.startRead();
    };
    this.unclaimed = own;
    claims.set(message, () => {
      this.unclaimed = undefined;
      return { taken, done: () => own.release() };
    });
    return message;
  }

  private restartAnswerTimer(): void {
    clearTimeout(this.answerTimer);
    if (this.unreadCount === 0) return;
    this.answerTimer = setTimeout(this.parts.close, this.parts.answerStallMs);
  }
}

/** Runs all steps and yields to the event loop between them. */
function runSteps(steps: DecodeSteps, done: (message: object) => void): void {
  const { done: isDone, value } = steps.next();
  if (isDone === true) done(value);
  else setImmediate(() => runSteps(steps, done));
}
