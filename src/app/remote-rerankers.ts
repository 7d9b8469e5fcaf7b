// The services of the configuration as re-rankers that searches find by name.

import { readRemoteRerankers } from "../config/remote-rerankers.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import { createRemoteReranker } from "../remote/remote-reranker.js";
import type { RemoteReranker } from "../remote/remote-reranker.js";
import type { RemoteRerankers } from "../engine/rerankers.js";
import type { Reloadable } from "./reload.js";

export interface OpenedRerankers {
  /** Changes when the file is read anew: who looks a name up finds what is in use then. */
  readonly rerankers: RemoteRerankers;
  /** Undefined: there is no file. */
  readonly reloadable: Reloadable | undefined;
}

/** Throws INVALID_CONFIG; no service is asked for anything yet. */
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
            "a re-ranking service fails: it is not asked for a while",
          ),
      }),
    );
  const rerankers = new Map(read().map((reranker) => [reranker.name, reranker]));
  metrics.watchBreakers(
    () => new Map(Array.from(rerankers, ([name, { breakerState }]) => [name, breakerState])),
  );
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
