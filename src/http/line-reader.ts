// Splits a body into lines of JSON as it is received, at the pace of who reads them.

import type { IncomingMessage } from "node:http";
import type { ByteHold } from "../core/byte-budget.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { boundsOf } from "./exchange-bounds.js";

export interface BodyLine {
  /** From 1, empty lines counted. */
  readonly number: number;
  readonly bytes: Buffer;
}

export interface LineEvents {
  readonly onLine: (line: BodyLine) => void;
  /** The body has ended as it should. */
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
}

const newline = 0x0a;

/**
 * Reads until the body ends. Bytes count against the request budget until `release`; while it is
 * full, reading pauses. Fails with LIMIT_EXCEEDED for a line beyond `limits.ingestLineBytesMax`, and
 * DEADLINE_EXCEEDED when a body that is not paused makes no progress for `limits.stalledRequestMs`.
 */
export class LineReader {
  private readonly request: IncomingMessage;
  private readonly events: LineEvents;
  private readonly hold: ByteHold;
  /** The line that is not complete yet. */
  private parts: Buffer[] = [];
  private partBytes = 0;
  private lineCount = 0;
  private isPaused = false;
  /** Waits for the request budget. */
  private isWaiting = false;
  private stallTimer: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, events: LineEvents) {
    this.request = request;
    this.events = events;
    this.hold = boundsOf(request).hold;
    request.on("data", this.receive);
    request.once("end", () => {
      clearTimeout(this.stallTimer);
      if (this.partBytes > 0) this.endLine(Buffer.alloc(0));
      events.onEnd();
    });
    request.once("error", (error) => this.fail(error));
    request.once("close", () => clearTimeout(this.stallTimer));
    this.watch();
  }

  pause(): void {
    this.isPaused = true;
    clearTimeout(this.stallTimer);
    this.request.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.goOn();
  }

  /** The memory of a line of this size is free. */
  release(byteCount: number): void {
    this.hold.remove(byteCount);
  }

  private readonly receive = (chunk: Buffer): void => {
    this.watch();
    if (this.hold.add(chunk.length)) {
      this.split(chunk);
      return;
    }
    this.isWaiting = true;
    clearTimeout(this.stallTimer);
    this.request.pause();
    this.hold.whenHalfFree(() => {
      this.isWaiting = false;
      this.hold.add(chunk.length);
      this.split(chunk);
      this.goOn();
    });
  };

  private goOn(): void {
    if (this.isPaused || this.isWaiting) return;
    this.request.resume();
    this.watch();
  }

  private split(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.endLine(chunk.subarray(start, end));
      // The line feed itself.
      this.hold.remove(1);
      start = end + 1;
    }
    if (start === chunk.length) return;
    this.parts.push(chunk.subarray(start));
    this.partBytes += chunk.length - start;
    if (this.partBytes > limits.ingestLineBytesMax) this.fail(tooLong(this.lineCount + 1));
  }

  private endLine(rest: Buffer): void {
    const bytes = this.parts.length === 0 ? rest : Buffer.concat([...this.parts, rest]);
    this.parts = [];
    this.partBytes = 0;
    this.lineCount += 1;
    this.events.onLine({ number: this.lineCount, bytes });
  }

  private watch(): void {
    clearTimeout(this.stallTimer);
    const onStall = (): void => this.fail(stalled());
    this.stallTimer = setTimeout(onStall, limits.stalledRequestMs);
  }

  private fail(error: unknown): void {
    clearTimeout(this.stallTimer);
    this.request.removeListener("data", this.receive);
    this.request.pause();
    this.events.onError(error);
  }
}

function tooLong(line: number): SluiceError {
  const message = `line ${line} is longer than ${limits.ingestLineBytesMax} bytes; send less in it`;
  return new SluiceError("LIMIT_EXCEEDED", message, { field: "body" });
}

function stalled(): SluiceError {
  const message = `nothing of the body arrived for ${limits.stalledRequestMs} ms`;
  return new SluiceError("DEADLINE_EXCEEDED", message, { field: "body" });
}
