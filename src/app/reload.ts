// What a running server reloads on SIGHUP: certificates, remote rerankers and keys.

import type { Config } from "../config/schema.js";
import { isSluiceError } from "../core/errors.js";
import type { RemoteRerankers } from "../engine/rerankers.js";
import { openTls } from "../net/tls.js";
import type { Tls } from "../net/tls.js";
import type { Reloadable } from "./reloadable.js";
import { openRemoteRerankers } from "./remote-rerankers.js";
import type { Reporting } from "./reports.js";

export interface ReloadableParts {
  /** Absent for plain text. */
  readonly tls: Tls | undefined;
  readonly rerankers: RemoteRerankers;
  readonly reloadables: readonly Reloadable[];
}

/** Reads the files for the first time. Throws INVALID_CONFIG. */
export function openReloadableParts(config: Config, reporting: Reporting): ReloadableParts {
  const tls = openTlsOf(config);
  const { rerankers, reloadable } = openRemoteRerankers(config.search.remoteRerankers, reporting);
  if (tls !== undefined) {
    for (const warning of tls.material().warnings) reporting.logger.warn({}, warning);
  }
  reporting.metrics.observe({ certificateExpiryMs: () => tls?.material().notAfterMs });
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

/** Reloads all. A failure is logged and counted, and does not prevent the others. */
export function reloadAll(
  reloadables: readonly Reloadable[],
  { logger, metrics }: Reporting,
): void {
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
      logger.error(details, "reload failed; the previous state stays in use");
      metrics.reloaded({ what: name, outcome: "failed" });
    }
  }
}
