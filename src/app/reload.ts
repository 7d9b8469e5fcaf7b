// What a running server reads anew when it is told to: certificates, services elsewhere, keys.

import type { Config } from "../config/schema.js";
import { isSluiceError } from "../core/errors.js";
import type { RemoteRerankers } from "../engine/rerankers.js";
import { openTls } from "../net/tls.js";
import type { Tls } from "../net/tls.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import { openRemoteRerankers } from "./remote-rerankers.js";

export interface Reloadable {
  /** For the log and for metrics. */
  readonly name: string;
  /**
   * All or nothing: throws when something is wrong, and what was in use before stays. Returns what
   * works and deserves a warning.
   */
  reload(): readonly string[];
}

export interface ReloadableParts {
  /** Undefined: plain text. */
  readonly tls: Tls | undefined;
  readonly rerankers: RemoteRerankers;
  readonly reloadables: readonly Reloadable[];
}

interface Told {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Reads the files for the first time. Throws INVALID_CONFIG. */
export function openReloadableParts(config: Config, told: Told): ReloadableParts {
  const tls = openTlsOf(config);
  const { rerankers, reloadable } = openRemoteRerankers(config.search.remoteRerankers, told);
  if (tls !== undefined) {
    for (const warning of tls.material().warnings) told.logger.warn({}, warning);
    told.metrics.watchCertificate(() => tls.material().notAfterMs);
  }
  const reloadables = [
    tls === undefined ? undefined : { name: "tls", reload: () => tls.reload() },
    reloadable,
  ].filter((part) => part !== undefined);
  return { tls, rerankers, reloadables };
}

function openTlsOf(config: Config): Tls | undefined {
  const { cert, key, clientCa } = config.tls;
  if (cert === "") return undefined;
  const clientAuthorityFile = clientCa === "" ? undefined : clientCa;
  const files = { certificateFile: cert, keyFile: key, clientAuthorityFile };
  return openTls(files, () => Date.now());
}

/** Reloads each. A failure is logged and counted; it keeps no other from being reloaded. */
export function reloadAll(reloadables: readonly Reloadable[], { logger, metrics }: Told): void {
  for (const reloadable of reloadables) {
    const { name } = reloadable;
    try {
      for (const warning of reloadable.reload()) logger.warn({ what: name }, warning);
      logger.info({ what: name }, "reloaded");
      metrics.reloaded({ what: name, outcome: "ok" });
    } catch (error) {
      const details = isSluiceError(error)
        ? { what: name, reason: error.reason, fault: error.message }
        : { what: name, err: error };
      logger.error(details, "cannot be reloaded: what was in use before stays in use");
      metrics.reloaded({ what: name, outcome: "failed" });
    }
  }
}
