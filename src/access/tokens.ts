// Tokens (JWT): signed by keys that their issuer publishes, and what their claims allow.

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
  /** Filter with `{claim}` where the value of a claim belongs; "": none. */
  readonly filter: string;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Hears that the issuer's keys could not be read; those of before go on. */
  readonly onFailure: (error: unknown) => void;
  /** After one reading for a key that was not known, the least time to the next; default 30 s. */
  readonly cooldownMs?: number | undefined;
  /** How often they are read without cause, so that a withdrawn key is forgotten; default 10 min. */
  readonly refreshMs?: number | undefined;
}

export interface Tokens {
  /** Whose the token is; throws UNAUTHENTICATED, with the library's word for why as its cause. */
  verify(token: string): Promise<Identity>;
  /** Reads the issuer's keys anew, soon; those of before stay when that fails. */
  reload(): void;
  close(): void;
}

/** Public keys only: with a secret, whoever can check a token could make one. */
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** Clocks of issuer and server may be that far apart. */
const clockToleranceSeconds = 30;
const scopePrefix = "sluice:";

/** Throws INVALID_CONFIG for a filter that is none. Reads the issuer's keys with the first token. */
export function createTokens(options: TokenOptions): Tokens {
  const { issuer, audience, nowMs, onFailure } = options;
  const filterOf = readTemplate(options.filter);
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    timeoutDuration: 5_000,
    cooldownDuration: options.cooldownMs ?? 30_000,
    // Read anew by the timer below, which keeps the old ones when the issuer cannot be reached.
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

/** Whether the issuer's keys could not be had, in contrast to a token that is wrong. */
function isOfIssuer(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"].includes(error.code);
}

/** Of `scope` (words between spaces) and `scp` (the same, or a list): those that begin with sluice:. */
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

/** The filter of a token, its claims put in as values; a token without one of them is refused. */
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

/** As JSON, whose text literals are those of filters: no value can end the text that it stands in. */
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
