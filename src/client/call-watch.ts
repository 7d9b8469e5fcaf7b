// What every call of a channel has: it is cancelled by a signal, and the server's warnings are passed on.

import type { StatusObject } from "@grpc/grpc-js";

/** Shared by all kinds of calls. */
interface WatchedCall {
  cancel(): void;
  on(event: "status", listener: (status: StatusObject) => void): unknown;
}

/** Cancels the call when the signal aborts, and passes its warning on. */
export type CallWatch = (call: WatchedCall, signal: AbortSignal | undefined) => void;

/** Different warnings of a channel that are passed on. */
const warningsMax = 64;

/** `onWarning` is called once for each warning. */
export function createCallWatch(onWarning: (warning: string) => void = emitWarning): CallWatch {
  const told = new Set<string>();
  return (call, signal) => {
    cancelOnAbort(call, signal);
    call.on("status", ({ metadata }) => {
      const warning = metadata.get("x-sluice-warning")[0]?.toString();
      if (warning === undefined || told.has(warning) || told.size >= warningsMax) return;
      told.add(warning);
      onWarning(warning);
    });
  };
}

function emitWarning(warning: string): void {
  process.emitWarning(warning, "SluiceWarning");
}

function cancelOnAbort(call: WatchedCall, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const cancel = (): void => {
    call.cancel();
    // grpc-js ignores a cancel before the request is sent; the stream would then stay open without
    // a reader.
    setImmediate(() => call.cancel());
  };
  signal.addEventListener("abort", cancel, { once: true });
  // The listener is removed, since a signal may outlive many calls.
  call.on("status", () => signal.removeEventListener("abort", cancel));
}
