// Who calls: by key, by token, or by nothing while nothing is needed.

import { SluiceError } from "../core/errors.js";
import type { Caller } from "./caller.js";
import { fullIdentity } from "./identity.js";
import type { Identity } from "./identity.js";
import type { KeyRing, RingKey } from "./key-ring.js";
import type { Tokens } from "./tokens.js";

export interface Credentials {
  readonly keys: KeyRing;
  /** Undefined: no tokens are taken. */
  readonly tokens: Tokens | undefined;
  /** Callers need a key even while there is none. */
  readonly isKeyRequired: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** A caller who may call; who he is has to hold as long as the call runs. */
export interface Authenticated {
  readonly identity: Identity;
  /** Undefined: known by a token, or not asked. */
  readonly key: RingKey | undefined;
  /** False: nothing was needed, so names that he gives himself are believed. */
  readonly isProven: boolean;
}

/** False: whoever reaches a port may do everything. */
export function needsCredentials({ keys, tokens, isKeyRequired }: Credentials): boolean {
  return isKeyRequired || tokens !== undefined || keys.isUsed();
}

/** Throws UNAUTHENTICATED, in words that hold nothing of what was sent. */
export async function authenticate(
  credentials: Credentials,
  { authorization, certificate }: Pick<Caller, "authorization" | "certificate">,
): Promise<Authenticated> {
  const { keys, tokens } = credentials;
  if (!needsCredentials(credentials)) {
    const name = certificate === undefined ? "local" : `certificate:${certificate}`;
    return { identity: fullIdentity(name), key: undefined, isProven: false };
  }
  if (authorization === undefined) throw unauthenticated("the call carries no key or token");
  const [, credential] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (credential === undefined)
    throw unauthenticated("authorization is not `Bearer`, a space, and a key or token");
  if (tokens !== undefined && !credential.startsWith("sluice_"))
    return { identity: await tokens.verify(credential), key: undefined, isProven: true };
  const key = keys.find(credential);
  if (key === undefined) throw unauthenticated("the key is not valid");
  const found = { identity: key.identity, key, isProven: true };
  recheck(credentials, found);
  return found;
}

/** Throws UNAUTHENTICATED once the key or token does not hold any more. Cheap. */
export function recheck(
  credentials: Credentials,
  { identity, key, isProven }: Authenticated,
): void {
  if (!isProven && needsCredentials(credentials))
    throw unauthenticated("since the call began, callers need a key");
  if (key !== undefined && !credentials.keys.isKept(key))
    throw unauthenticated("the key was revoked");
  if (identity.expiresMs !== undefined && credentials.nowMs() >= identity.expiresMs)
    throw unauthenticated("the key or token is expired");
}

function unauthenticated(message: string): SluiceError {
  return new SluiceError("UNAUTHENTICATED", message);
}
