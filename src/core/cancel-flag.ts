// A cancel that worker threads can see: one shared number, looked at between pieces of work.

export interface CancelFlag {
  /** Crosses threads; element 0 is 1 once cancelled. */
  readonly shared: SharedArrayBuffer;
  /** Raises the flag and stops listening to the signal. Call when the work is over. */
  raise(): void;
}

/** Raised when `signal` aborts. */
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

/** In a worker: true once the flag is raised. */
export function isRaised(shared: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(shared), 0) === 1;
}
