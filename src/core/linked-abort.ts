// An abort controller that also follows another signal.

export interface LinkedAbort {
  readonly controller: AbortController;
  /** Stops following the signal. Idempotent. */
  readonly unlink: () => void;
}

/** The controller aborts with the reason of `signal`, at once when that is aborted already. */
export function linkAbort(signal: AbortSignal): LinkedAbort {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return { controller, unlink: () => signal.removeEventListener("abort", abort) };
}
