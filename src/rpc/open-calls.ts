// Open calls. A shutdown ends them with a status: idle streams at once, the others after the grace
// period.

import type { ServerInterceptor } from "@grpc/grpc-js";
import { stoppingError } from "../service/stopping.js";
import { ServerInterceptingCall, ServerListenerBuilder } from "../wire/grpc.bundle.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";

export interface OpenCall {
  /** Called when shutdown starts; a stream ends itself as soon as it is idle. */
  readonly endWhenIdle?: (() => void) | undefined;
  /** Called when the grace period ends; ends the call even when it is busy. */
  readonly cutOff: () => void;
}

export interface OpenCalls {
  readonly isStopping: boolean;
  /** Registers a call until the returned function is called. */
  add(call: OpenCall): () => void;
  /** Resolves when every open call has its status. */
  beginStop(): Promise<void>;
  cutOff(): void;
}

export function createOpenCalls(): OpenCalls {
  const calls = new Set<OpenCall>();
  let onEmpty = (): void => undefined;
  let isStopping = false;
  return {
    get isStopping() {
      return isStopping;
    },
    add(call) {
      calls.add(call);
      if (isStopping) call.endWhenIdle?.();
      return () => {
        calls.delete(call);
        if (calls.size === 0) onEmpty();
      };
    },
    beginStop() {
      isStopping = true;
      const empty = new Promise<void>((resolve) => (onEmpty = resolve));
      if (calls.size === 0) onEmpty();
      for (const call of [...calls]) call.endWhenIdle?.();
      return empty;
    },
    cutOff() {
      for (const call of [...calls]) call.cutOff();
    },
  };
}

/**
 * Ends streams of the health and reflection services of the library, which have no work that could
 * be lost.
 */
export function endForeignStreams(openCalls: OpenCalls, logger: RpcLogger): ServerInterceptor {
  return (method, call) => {
    if (!method.responseStream || !method.path.startsWith("/grpc."))
      return new ServerInterceptingCall(call);
    let release = (): void => undefined;
    const listener = new ServerListenerBuilder().withOnCancel(() => release()).build();
    const stream = new ServerInterceptingCall(call, { start: (next) => next(listener) });
    const end = (): void => stream.sendStatus(toStatus(stoppingError(), logger));
    // The handler is notified of the end only after it has started.
    setImmediate(() => (release = openCalls.add({ endWhenIdle: end, cutOff: end })));
    return stream;
  };
}
