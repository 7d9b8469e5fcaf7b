// Incoming messages of a request: rejects those that announce too many bytes, and requests that
// stall.

import { SluiceError } from "../core/errors.js";
import { startMessage } from "./message-assembly.js";

export interface Arrivals {
  /** Starts to expect a request, whose bytes must then keep arriving. */
  expect(): void;
  /** The messages that end in these bytes, each with its head; none after a rejected one. */
  receive(data: Buffer): Buffer[];
  /** Reading is paused, so that missing bytes are not a stall of the sender. */
  pause(): void;
  resume(): void;
  /** The request is complete, or over. Idempotent. */
  end(): void;
}

const headBytes = 5;
/** Bytes of a request that must arrive at least within `stallMs`. */
const progressBytes = 16 * 1024;

export function createArrivals(options: {
  /** Largest message, bytes. */
  readonly bytesMax: number;
  readonly stallMs: number;
  /** Ends the call. */
  readonly refuse: (error: SluiceError) => void;
}): Arrivals {
  const { stallMs, refuse } = options;
  const frames = createFrameReader(options.bytesMax);
  let received = 0;
  let receivedBefore = 0;
  let isAwaited = false;
  let isPaused = false;
  let timer: NodeJS.Timeout | undefined;

  const check = (): void => {
    timer = undefined;
    if (received - receivedBefore >= progressBytes) {
      watch();
      return;
    }
    const message = `of a request in flight less than ${progressBytes} bytes arrived in ${stallMs} ms`;
    refuse(new SluiceError("DEADLINE_EXCEEDED", message));
  };
  const watch = (): void => {
    if (isPaused || !(isAwaited || frames.isPartial)) {
      clearTimeout(timer);
      timer = undefined;
    } else if (timer === undefined) {
      receivedBefore = received;
      timer = setTimeout(check, stallMs);
    }
  };
  const change = (next: { readonly awaited?: boolean; readonly paused: boolean }): void => {
    isAwaited = next.awaited ?? isAwaited;
    isPaused = next.paused;
    watch();
  };
  return {
    expect: () => change({ awaited: true, paused: isPaused }),
    receive(data) {
      received += data.length;
      const messages = frames.read(data);
      if (messages instanceof SluiceError) {
        refuse(messages);
        return [];
      }
      watch();
      return messages;
    },
    pause: () => change({ paused: !isAwaited }),
    resume: () => change({ paused: false }),
    end: () => change({ awaited: false, paused: true }),
  };
}

interface FrameReader {
  /** Whether a part of a message has arrived. */
  readonly isPartial: boolean;
  /** The messages that end in `data`, or the error of one that announces too many bytes. */
  read(data: Buffer): Buffer[] | SluiceError;
}

function createFrameReader(bytesMax: number): FrameReader {
  /** First the head alone, then the message including its head. */
  let message = startMessage(headBytes);
  let missing = headBytes;
  let isHead = true;
  return {
    get isPartial() {
      return !isHead || missing < headBytes;
    },
    read(data) {
      const messages: Buffer[] = [];
      for (let at = 0; at < data.length;) {
        const taken = Math.min(missing, data.length - at);
        message.add(data.subarray(at, at + taken));
        missing -= taken;
        at += taken;
        if (missing > 0) break;
        const framed = message.whole();
        const bodyBytes = framed.readUInt32BE(1);
        if (!isHead || bodyBytes === 0) {
          messages.push(framed);
          message = startMessage(headBytes);
          missing = headBytes;
          isHead = true;
          continue;
        }
        if (bodyBytes > bytesMax) return tooLarge(bodyBytes, bytesMax);
        message = startMessage(headBytes + bodyBytes);
        message.add(framed);
        missing = bodyBytes;
        isHead = false;
      }
      return messages;
    },
  };
}

function tooLarge(byteCount: number, bytesMax: number): SluiceError {
  const message = `a message has ${byteCount} bytes, the limit is ${bytesMax}; send less at once`;
  return new SluiceError("LIMIT_EXCEEDED", message);
}
