// Access control of a server: keys, tokens, audit log and limits from the configuration.

import { lookup } from "node:dns/promises";
import { createAccess } from "../access/access.js";
import type { Access, Refusal } from "../access/access.js";
import { auditLine, openAuditFile } from "../access/audit-log.js";
import type { AuditEntry, AuditLog } from "../access/audit-log.js";
import { needsCredentials } from "../access/authenticate.js";
import type { Credentials } from "../access/authenticate.js";
import type { Caller } from "../access/caller.js";
import { openKeyRing } from "../access/key-ring.js";
import { createTokens } from "../access/tokens.js";
import type { Config } from "../config/schema.js";
import { SluiceError } from "../core/errors.js";
import { isLoopbackAddress } from "../core/loopback.js";
import type { EngineApi } from "../engine/api.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import type { Reloadable } from "./reloadable.js";

export interface AccessControl {
  /** Wraps the engine with access control, for both ports. */
  guard(engine: EngineApi): Access;
  /** The key file and the issuer's public keys. */
  readonly reloadables: readonly Reloadable[];
  /** Resolves when the audit log has been written. */
  close(): Promise<void>;
}

interface Observers {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Throws DATA_CORRUPT for an unusable key file, and INVALID_CONFIG when the server is reachable
 * from other machines without access control.
 */
export async function openAccessControl(
  config: Config,
  observers: Observers,
): Promise<AccessControl> {
  const credentials = openCredentials(config, observers);
  try {
    await refuseOpenDoor(config, credentials);
    const audit = openAudit(config, credentials, observers);
    return {
      guard: (engine) =>
        createAccess({
          engine,
          credentials,
          audit,
          clock: () => performance.now(),
          onRefusal: (refusal, caller, error) => logRefusal(observers, { refusal, caller, error }),
        }),
      reloadables: reloadablesOf(credentials),
      async close() {
        closeCredentials(credentials);
        await audit?.close();
      },
    };
  } catch (error) {
    closeCredentials(credentials);
    throw error;
  }
}

function openCredentials({ data, access }: Config, { logger, metrics }: Observers): Credentials {
  const onFailure = (what: string, error: unknown): void => {
    metrics.reloaded({ what, outcome: "failed" });
    logger.error({ what, err: error }, "keys could not be read; the previous keys stay in use");
  };
  const keys = openKeyRing({
    dataFolder: data,
    onReload: (keyCount) => logger.info({ keyCount }, "keys were read"),
    onFailure: (error) => onFailure("keys", error),
  });
  const nowMs = (): number => Date.now();
  const tokens =
    access.jwksUrl === ""
      ? undefined
      : createTokens({
          jwksUrl: access.jwksUrl,
          issuer: access.jwtIssuer,
          audience: access.jwtAudience,
          filter: access.jwtFilter,
          nowMs,
          onFailure: (error) => onFailure("tokens", error),
        });
  return { keys, tokens, isKeyRequired: access.anonymous === "never", nowMs };
}

function reloadablesOf({ keys, tokens }: Credentials): Reloadable[] {
  const ofKeys = (): [] => {
    keys.reload();
    return [];
  };
  if (tokens === undefined) return [{ name: "keys", reload: ofKeys }];
  const ofTokens = (): [] => {
    tokens.reload();
    return [];
  };
  return [
    { name: "keys", reload: ofKeys },
    { name: "tokens", reload: ofTokens },
  ];
}

function closeCredentials({ keys, tokens }: Credentials): void {
  keys.close();
  tokens?.close();
}

async function refuseOpenDoor(config: Config, credentials: Credentials): Promise<void> {
  const { host, access, tls } = config;
  const isGuarded = needsCredentials(credentials) || tls.clientCa !== "";
  if (isGuarded || access.anonymous === "anywhere" || (await isLoopback(host))) return;
  throw new SluiceError(
    "INVALID_CONFIG",
    `host is ${host}, which others can reach, and nothing says who may call: make a key with ` +
      "`sluice key create`, set access.jwksUrl or tls.clientCa, or let everybody in with " +
      "access.anonymous = anywhere",
    { field: "host" },
  );
}

/**
 * True when a host name resolves to loopback addresses only. A name that does not resolve cannot be
 * listened on.
 */
async function isLoopback(host: string): Promise<boolean> {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  try {
    const found = await lookup(bare, { all: true });
    return found.every(({ address }) => isLoopbackAddress(address));
  } catch {
    return isLoopbackAddress(bare);
  }
}

function openAudit(
  { data, access }: Config,
  credentials: Credentials,
  { logger, metrics }: Observers,
): AuditLog | undefined {
  if (access.audit === "off") return undefined;
  const toLog: AuditLog = {
    write: (entry) => logger.info({ audit: JSON.parse(auditLine(entry)) as unknown }, "audit"),
    close: () => Promise.resolve(),
  };
  if (access.audit === "log") return toLog;
  let file: AuditLog | undefined;
  const openFile = (): AuditLog =>
    openAuditFile({
      dataFolder: data,
      bytesMax: access.auditBytes,
      onLost(lines, error) {
        metrics.auditLost(lines.length);
        logger.error({ err: error, lines }, "the audit log could not be written; its lines follow");
      },
    });
  if (access.audit === "file") file = openFile();
  return {
    // Without access control there is no identity to record, unless the audit log was enabled.
    write(entry: AuditEntry) {
      if (file === undefined && !needsCredentials(credentials)) return;
      file ??= openFile();
      file.write(entry);
    },
    close: () => file?.close() ?? Promise.resolve(),
  };
}

/** Logs the address, the operation and the reason, never the credentials that were sent. */
function logRefusal(
  { logger, metrics }: Observers,
  told: { readonly refusal: Refusal; readonly caller: Caller; readonly error: SluiceError },
): void {
  const { refusal, caller, error } = told;
  metrics.callRefused(refusal);
  if (refusal === "rate_limited") return;
  const { operation, via, peer } = caller;
  const code = (error.cause as { readonly code?: unknown } | undefined)?.code;
  const details = { operation, via, peer, fault: error.message, code };
  logger.warn(details, "a call was rejected by access control");
}
