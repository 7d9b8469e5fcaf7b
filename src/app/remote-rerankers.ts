// The services of the configuration as re-rankers that searches find by name.

import { readRemoteRerankers } from "../config/remote-rerankers.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import { createRemoteReranker } from "../remote/remote-reranker.js";
import type { RemoteRerankers } from "../engine/rerankers.js";

/** Throws INVALID_CONFIG; no service is asked for anything yet. */
export function openRemoteRerankers(
  file: string,
  { metrics, logger }: { readonly metrics: Metrics; readonly logger: Logger },
): RemoteRerankers {
  const rerankers = readRemoteRerankers(file).map((config) =>
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
  metrics.watchBreakers(
    () => new Map(rerankers.map(({ name, breakerState }) => [name, breakerState])),
  );
  return new Map(rerankers.map((reranker) => [reranker.name, reranker]));
}
