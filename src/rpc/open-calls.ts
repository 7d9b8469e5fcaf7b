// Open calls, which a stop ends with a status: idle streams at once, the others after the grace period.

import { ServerInterceptingCall, ServerListenerBuilder } from "@grpc/grpc-js";
import type { ServerInterceptor } from "@grpc/grpc-js";
import { SluiceError } from "../core/errors.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";

export interface OpenCall {
  /** The stop has begun: a stream ends itself as soon as nothing is under way. */
  readonly endWhenIdle?: (() => void) | undefined;
  /** The grace is over: ends it whatever is under way. */
  readonly cutOff: () => void;
}

export interface OpenCalls {
  readonly isStopping: boolean;
  /** Counts a call in until the function that is returned is called. */
  add(call: OpenCall): () => void;
  /** Resolves when each call that there is has its status. */
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

/** What callers are told whose call the stop ends or refuses. */
export function stoppingError(): SluiceError {
  return new SluiceError("NOT_READY", "the server is stopping; connect again, or to another one");
}

/**
 * Ends streams of services that are not ours: watchers of health and users of reflection. They have
 * nothing under way that could be lost.
 */
export function endForeignStreams(openCalls: OpenCalls, logger: RpcLogger): ServerInterceptor {
  return (method, call) => {
    if (!method.responseStream || !method.path.startsWith("/grpc."))
      return new ServerInterceptingCall(call);
    let release = (): void => undefined;
    const listener = new ServerListenerBuilder().withOnCancel(() => release()).build();
    const stream = new ServerInterceptingCall(call, { start: (next) => next(listener) });
    const end = (): void => stream.sendStatus(toStatus(stoppingError(), logger));
    // Its handler is notified of the end once it has begun.
    setImmediate(() => (release = openCalls.add({ endWhenIdle: end, cutOff: end })));
    return stream;
  };
}
