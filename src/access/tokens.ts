// Tokens (JWT): verified with the issuer's published keys; claims map to scopes and a filter.

import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { JWTPayload } from "jose";
import { SluiceError } from "../core/errors.js";
import type { Filter } from "../core/filter.js";
import { limits } from "../core/limits.js";
import { parseFilter } from "../core/parse-filter.js";
import { isWholeGrant, parseGrant } from "./identity.js";
import type { Grant, Identity } from "./identity.js";

export interface TokenOptions {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Filter template with `{claim}` placeholders; empty when there is none. */
  readonly filter: string;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Called when the issuer's keys could not be fetched; the previous keys stay in use. */
  readonly onFailure: (error: unknown) => void;
  /** Minimum interval between fetches caused by unknown keys; default 30 s. */
  readonly cooldownMs?: number | undefined;
  /** Interval of regular fetches, which drop withdrawn keys; default 10 min. */
  readonly refreshMs?: number | undefined;
}

export interface Tokens {
  /** The token's identity. Throws UNAUTHENTICATED, with the library's error as its cause. */
  verify(token: string): Promise<Identity>;
  /** Fetches the issuer's keys in the background; the previous keys stay in use when that fails. */
  reload(): void;
  close(): void;
}

/**
 * Asymmetric algorithms only: with a shared secret, whoever verifies tokens could also issue them.
 */
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** Tolerated clock skew between issuer and server. */
const clockToleranceSeconds = 30;
const scopePrefix = "sluice:";

/**
 * Throws INVALID_CONFIG for an invalid filter. The issuer's keys are fetched for the first token.
 */
export function createTokens(options: TokenOptions): Tokens {
  const { issuer, audience, nowMs, onFailure } = options;
  const filterOf = readTemplate(options.filter);
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    timeoutDuration: 5_000,
    cooldownDuration: options.cooldownMs ?? 30_000,
    // Refreshed by the timer below, which keeps the previous keys when the issuer is unreachable.
    cacheMaxAge: Infinity,
  });
  const reload = (): void => {
    keys.reload().catch(onFailure);
  };
  const timer = setInterval(reload, options.refreshMs ?? 600_000);
  timer.unref();
  const check = async (token: string): Promise<JWTPayload> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ["exp", "sub"],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(nowMs()),
      });
      return payload;
    } catch (error) {
      if (isOfIssuer(error)) onFailure(error);
      const isLate = error instanceof errors.JWTExpired;
      throw refused(isLate ? "the token is expired" : "the token is not valid", error);
    }
  };
  return {
    async verify(token) {
      const payload = await check(token);
      const filter = filterOf(payload);
      return {
        name: `token:${payload.sub}`.slice(0, limits.accessCallerLengthMax),
        grants: grantsOf(payload).filter((grant) => filter === undefined || !isWholeGrant(grant)),
        filter,
        expiresMs: 1000 * ((payload.exp ?? 0) + clockToleranceSeconds),
      };
    },
    reload,
    close: () => clearInterval(timer),
  };
}

/** Whether fetching the issuer's keys failed, as opposed to the token being invalid. */
function isOfIssuer(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"].includes(error.code);
}

/**
 * Grants from the claims `scope` (space-separated) and `scp` (the same, or a list) that start with
 * sluice:.
 */
function grantsOf({ scope, scp }: JWTPayload): Grant[] {
  const words = [scope, scp].flatMap((claim): unknown[] => {
    if (typeof claim === "string") return claim.split(" ");
    return Array.isArray(claim) ? claim : [];
  });
  return words
    .filter((word) => typeof word === "string" && word.startsWith(scopePrefix))
    .slice(0, limits.accessScopesMax)
    .map((word) => parseGrant(String(word).slice(scopePrefix.length)))
    .filter((grant) => grant !== undefined);
}

const placeholder = /\{([A-Za-z0-9_.:/-]+)\}/g;

/** Compiles a filter template; a token that lacks one of its claims is rejected. */
function readTemplate(template: string): (payload: JWTPayload) => Filter | undefined {
  if (template === "") return () => undefined;
  try {
    parseFilter(template.replaceAll(placeholder, '"x"'));
  } catch (error) {
    const fault = error instanceof Error ? error.message : "no filter";
    throw new SluiceError("INVALID_CONFIG", `access.jwtFilter: ${fault}`, { cause: error });
  }
  return (payload) =>
    parseFilter(template.replaceAll(placeholder, (_, claim: string) => literal(payload[claim])));
}

/**
 * Claims are inserted as JSON literals, which are also filter literals, so they cannot be escaped
 * from.
 */
function literal(value: unknown): string {
  const isValue =
    (typeof value === "string" && Buffer.byteLength(value) <= limits.keywordBytesMax) ||
    Number.isSafeInteger(value);
  if (isValue) return JSON.stringify(value);
  throw refused("the token lacks a claim that this server's filter needs", undefined);
}

function refused(message: string, cause: unknown): SluiceError {
  return new SluiceError("UNAUTHENTICATED", message, { cause });
}
