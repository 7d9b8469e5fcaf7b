// Cancellation that worker threads can observe: one shared integer, polled between units of work.

export interface CancelFlag {
  /** Shared with the worker; element 0 becomes 1 on cancellation. */
  readonly shared: SharedArrayBuffer;
  /** Sets the flag and detaches from the signal. Call it when the work has ended. */
  raise(): void;
}

/** The flag is set when `signal` aborts. */
export function createCancelFlag(signal: AbortSignal): CancelFlag {
  const shared = new SharedArrayBuffer(4);
  const flag = new Int32Array(shared);
  const raise = (): void => {
    Atomics.store(flag, 0, 1);
  };
  if (signal.aborted) raise();
  signal.addEventListener("abort", raise, { once: true });
  return {
    shared,
    raise() {
      signal.removeEventListener("abort", raise);
      raise();
    },
  };
}

/** For workers: true once the flag is set. */
export function isRaised(shared: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(shared), 0) === 1;
}
