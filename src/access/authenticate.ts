// Identifies callers by API key or token, or as local while no credentials are required.

import { SluiceError } from "../core/errors.js";
import type { Caller } from "./caller.js";
import { fullIdentity } from "./identity.js";
import type { Identity } from "./identity.js";
import type { KeyRing, RingKey } from "./key-ring.js";
import type { Tokens } from "./tokens.js";

export interface Credentials {
  readonly keys: KeyRing;
  /** Absent when tokens are not accepted. */
  readonly tokens: Tokens | undefined;
  /** Credentials are required even while no key exists. */
  readonly isKeyRequired: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** An authenticated caller. The credentials are checked again while its calls run. */
export interface Authenticated {
  readonly identity: Identity;
  /** Absent for a token, and when credentials are not required. */
  readonly key: RingKey | undefined;
  /** False when no credentials are required; client names are then trusted. */
  readonly isProven: boolean;
}

/** False when anyone who can reach a port has full access. */
export function needsCredentials({ keys, tokens, isKeyRequired }: Credentials): boolean {
  return isKeyRequired || tokens !== undefined || keys.isUsed();
}

/** Throws UNAUTHENTICATED. The message contains nothing of what was sent. */
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

/** Throws UNAUTHENTICATED once the key or token is no longer valid. Cheap. */
export function recheck(
  credentials: Credentials,
  { identity, key, isProven }: Authenticated,
): void {
  if (!isProven && needsCredentials(credentials))
    throw unauthenticated("callers need a key since the call began");
  if (key !== undefined && !credentials.keys.isKept(key))
    throw unauthenticated("the key was revoked");
  if (identity.expiresMs !== undefined && credentials.nowMs() >= identity.expiresMs)
    throw unauthenticated("the key or token is expired");
}

function unauthenticated(message: string): SluiceError {
  return new SluiceError("UNAUTHENTICATED", message);
}
