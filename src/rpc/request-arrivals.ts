// Incoming messages of a request. Rejects messages that announce too many bytes, and requests that
// stall.

import { SluiceError } from "../core/errors.js";
import { startMessage } from "./message-assembly.js";

export interface Arrivals {
  /** Starts to expect a request, whose bytes must then keep arriving. */
  expect(): void;
  /** The messages completed by these bytes, each with its head; none after a rejected one. */
  receive(data: Buffer): Buffer[];
  /** Called when reading is paused, so that missing bytes do not count as a stall. */
  pause(): void;
  resume(): void;
  /** Called when the request is complete or has ended. Idempotent. */
  end(): void;
}

const headBytes = 5;
/** Minimum number of bytes of a request that must arrive within `stallMs`. */
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
  /** The messages completed by `data`, or the error of one that announces too many bytes. */
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
