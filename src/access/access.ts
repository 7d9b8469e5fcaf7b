// Authentication and authorization: every call of either port passes here before its body is read.

import type { Clock } from "../core/clock.js";
import { isSluiceError } from "../core/errors.js";
import type { SluiceError } from "../core/errors.js";
import type { EngineApi } from "../engine/api.js";
import type { AuditLog } from "./audit-log.js";
import { authenticate, recheck } from "./authenticate.js";
import type { Authenticated, Credentials } from "./authenticate.js";
import { createCallTrail } from "./call-trail.js";
import type { CallTrail } from "./call-trail.js";
import type { Caller } from "./caller.js";
import { anonymous, mayAnywhere } from "./identity.js";
import { createFailureCounter, createLimiterBook } from "./limiter.js";
import type { FailureCounter, Limiter } from "./limiter.js";
import { denied, restrictedEngine } from "./restricted-engine.js";

/** A call that may proceed. */
export interface AccessGrant {
  /** The engine, restricted to what the caller may do. */
  readonly engine: EngineApi;
  /** Unit of fair queuing: the caller's key, or its address while access control is off. */
  readonly peer: string;
  /** Callers that share a key or address are queued fairly by the client name they send. */
  readonly client: string;
  /** `outcome`: name of the gRPC status or number of the HTTP status. Call exactly once. */
  readonly end: (outcome: string) => void;
}

export interface Access {
  /** Throws UNAUTHENTICATED, PERMISSION_DENIED or RATE_LIMITED. */
  admit(caller: Caller): Promise<AccessGrant>;
}

/** Why a call was rejected, for metrics. */
export type Refusal = "unauthenticated" | "denied" | "rate_limited";

export interface AccessParts {
  readonly engine: EngineApi;
  readonly credentials: Credentials;
  /** Absent when nothing is audited. */
  readonly audit: AuditLog | undefined;
  readonly clock: Clock;
  readonly onRefusal: (refusal: Refusal, caller: Caller, error: SluiceError) => void;
}

/** Allows every call; for programs that own both the engine and the ports. */
export function openAccess(engine: EngineApi): Access {
  return {
    admit: ({ client, peer }) => Promise.resolve({ engine, peer, client, end: () => undefined }),
  };
}

export function createAccess(parts: AccessParts): Access {
  const { credentials, clock } = parts;
  const limiters = createLimiterBook(clock);
  const failures = createFailureCounter(clock);
  return {
    async admit(caller) {
      let name = anonymous.name;
      const trailOf = (): CallTrail =>
        createCallTrail(parts.audit, { caller, name, clock, nowMs: credentials.nowMs });
      try {
        const found = await findCaller(credentials, caller);
        name = found.identity.name;
        if (!mayAnywhere(found.identity, caller.requirement)) throw denied(caller.requirement);
        const limiter = found.key && limiters.of(name, found.key.limits);
        limiter?.enter();
        return admission(parts, { caller, found, limiter, trail: trailOf() });
      } catch (error) {
        const refusal = toRefusal(error, { caller, failures });
        if (!isSluiceError(refusal)) throw refusal;
        if (refusal.reason !== "RATE_LIMITED") trailOf().end(refusal.reason);
        parts.onRefusal(refusalOf(refusal), caller, refusal);
        throw refusal;
      }
    },
  };
}

/** Operations that need no credentials also accept callers with invalid ones. */
async function findCaller(credentials: Credentials, caller: Caller): Promise<Authenticated> {
  try {
    return await authenticate(credentials, caller);
  } catch (error) {
    if (caller.requirement !== "open") throw error;
    return { identity: anonymous, key: undefined, isProven: true };
  }
}

function admission(
  { engine, credentials }: AccessParts,
  by: {
    readonly caller: Caller;
    readonly found: Authenticated;
    readonly limiter: Limiter | undefined;
    readonly trail: CallTrail;
  },
): AccessGrant {
  const { caller, found, limiter, trail } = by;
  const { identity, isProven } = found;
  let searchCount = 0;
  return {
    engine: restrictedEngine(engine, {
      identity,
      check: () => recheck(credentials, found),
      beginSearch() {
        // The first search is the call itself, which was counted on arrival.
        searchCount += 1;
        if (searchCount > 1) limiter?.take();
      },
      named: (collection) => trail.named(collection),
      wrote: (count) => trail.wrote(count),
      holder: found.key?.holder,
    }),
    peer: isProven ? identity.name : caller.peer,
    client: caller.client,
    end(outcome) {
      limiter?.leave();
      trail.end(outcome);
    },
  };
}

/**
 * Beyond the limit, failures of an address become RATE_LIMITED and are no longer audited one by
 * one.
 */
function toRefusal(
  error: unknown,
  { caller, failures }: { readonly caller: Caller; readonly failures: FailureCounter },
): unknown {
  if (!isSluiceError(error) || error.reason !== "UNAUTHENTICATED") return error;
  return failures.count(caller.peer) ?? error;
}

function refusalOf({ reason }: SluiceError): Refusal {
  if (reason === "UNAUTHENTICATED") return "unauthenticated";
  return reason === "RATE_LIMITED" ? "rate_limited" : "denied";
}
