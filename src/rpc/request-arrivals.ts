// The messages of a request as they come in: refuses one by the length that it announces, and one that
// does not come.

import { SluiceError } from "../core/errors.js";
import { startMessage } from "./message-assembly.js";

export interface Arrivals {
  /** A request is awaited whole, from its first byte on. */
  expect(): void;
  /** The messages that end in these bytes, each with its head; none once a length was refused. */
  receive(data: Buffer): Buffer[];
  /** Nothing is read for now: its sender is not to blame for what is missing. */
  pause(): void;
  resume(): void;
  /** The request is there, or over. Idempotent. */
  end(): void;
}

const headBytes = 5;
/** Bytes that a message under way brings at least in the time that it may stall. */
const progressBytes = 16 * 1024;

export function createArrivals(options: {
  /** Of one message. */
  readonly bytesMax: number;
  readonly stallMs: number;
  /** Ends the call. */
  readonly refuse: (error: SluiceError) => void;
}): Arrivals {
  const { bytesMax, stallMs, refuse } = options;
  /** What comes at present: a head alone, then the message with it. */
  let message = startMessage(headBytes);
  let missing = headBytes;
  let isHead = true;
  let received = 0;
  let receivedBefore = 0;
  let isAwaited = false;
  let isPaused = false;
  let timer: NodeJS.Timeout | undefined;

  const isPartial = (): boolean => isAwaited || !isHead || missing < headBytes;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const check = (): void => {
    timer = undefined;
    if (received - receivedBefore >= progressBytes) {
      watch();
      return;
    }
    const told = `of a request that is under way less than ${progressBytes} bytes came in ${stallMs} ms`;
    refuse(new SluiceError("DEADLINE_EXCEEDED", told));
  };
  const watch = (): void => {
    if (isPaused || !isPartial()) {
      stop();
      return;
    }
    if (timer !== undefined) return;
    receivedBefore = received;
    timer = setTimeout(check, stallMs);
  };

  return {
    expect() {
      isAwaited = true;
      watch();
    },
    receive(data) {
      received += data.length;
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
        if (bodyBytes > bytesMax) {
          refuse(tooLarge(bodyBytes, bytesMax));
          return [];
        }
        message = startMessage(headBytes + bodyBytes);
        message.add(framed);
        missing = bodyBytes;
        isHead = false;
      }
      watch();
      return messages;
    },
    pause() {
      isPaused = !isAwaited;
      watch();
    },
    resume() {
      isPaused = false;
      watch();
    },
    end() {
      isAwaited = false;
      isPaused = true;
      stop();
    },
  };
}

function tooLarge(byteCount: number, bytesMax: number): SluiceError {
  const message = `a message has ${byteCount} bytes, the limit is ${bytesMax}; send less at once`;
  return new SluiceError("LIMIT_EXCEEDED", message);
}
