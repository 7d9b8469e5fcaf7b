// Watches the frames of a request come in: refuses a message by the length that it announces, and one
// that does not come.

import { SluiceError } from "../core/errors.js";

export interface Arrivals {
  /** A request is awaited whole, from its first byte on. */
  expect(): void;
  /** Reads the lengths in these bytes; false when they were refused. */
  receive(data: Buffer): boolean;
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
  const head = Buffer.alloc(headBytes);
  let headCount = 0;
  let missing = 0;
  let received = 0;
  let receivedBefore = 0;
  let isAwaited = false;
  let isPaused = false;
  let timer: NodeJS.Timeout | undefined;

  const isPartial = (): boolean => isAwaited || headCount > 0 || missing > 0;
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
    const message = `of a request that is under way less than ${progressBytes} bytes came in ${stallMs} ms`;
    refuse(new SluiceError("DEADLINE_EXCEEDED", message));
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
      for (let at = 0; at < data.length;) {
        if (missing > 0) {
          const taken = Math.min(missing, data.length - at);
          missing -= taken;
          at += taken;
          continue;
        }
        head[headCount] = data[at] ?? 0;
        headCount += 1;
        at += 1;
        if (headCount < headBytes) continue;
        headCount = 0;
        missing = head.readUInt32BE(1);
        if (missing <= bytesMax) continue;
        const message = `a message has ${missing} bytes, the limit is ${bytesMax}; send less at once`;
        refuse(new SluiceError("LIMIT_EXCEEDED", message));
        return false;
      }
      watch();
      return true;
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
