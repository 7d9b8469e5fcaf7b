// The configured remote rerankers, by the name that searches use.

import { readRemoteRerankers } from "../config/remote-rerankers.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import { createRemoteReranker } from "../remote/remote-reranker.js";
import type { RemoteReranker } from "../remote/remote-reranker.js";
import type { RemoteRerankers } from "../engine/rerankers.js";
import type { Reloadable } from "./reloadable.js";

export interface OpenedRerankers {
  /** Updated in place by a reload: look a name up for each use. */
  readonly rerankers: RemoteRerankers;
  /** Absent when no file is configured. */
  readonly reloadable: Reloadable | undefined;
}

/** Throws INVALID_CONFIG. No request is sent to the services yet. */
export function openRemoteRerankers(
  file: string,
  { metrics, logger }: { readonly metrics: Metrics; readonly logger: Logger },
): OpenedRerankers {
  const read = (): RemoteReranker[] =>
    readRemoteRerankers(file).map((config) =>
      createRemoteReranker(config, {
        clock: () => performance.now(),
        random: () => Math.random(),
        onCall: (call) => metrics.remoteCall(call),
        onOpen: (reranker, failure) =>
          logger.warn(
            { reranker, failure },
            "a remote reranker keeps failing; requests to it are paused",
          ),
      }),
    );
  const rerankers = new Map(read().map((reranker) => [reranker.name, reranker]));
  metrics.observe({
    breakers: () =>
      new Map(Array.from(rerankers, ([name, { breakerState }]) => [name, breakerState])),
  });
  const reloadable: Reloadable = {
    name: "search.remoteRerankers",
    reload() {
      const renewed = read();
      rerankers.clear();
      for (const reranker of renewed) rerankers.set(reranker.name, reranker);
      return [];
    },
  };
  return { rerankers, reloadable: file === "" ? undefined : reloadable };
}
