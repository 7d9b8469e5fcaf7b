// Identities and their permissions: scopes on collections, and a mandatory filter.

import type { Filter } from "../core/filter.js";

/**
 * read: search, get, list, explain. write: ingest, delete, and feedback. feedback: send feedback.
 * admin: everything in a collection. metrics: metrics of the whole server.
 */
export const scopes = ["read", "write", "feedback", "admin", "metrics"] as const;
export type KeyScope = (typeof scopes)[number];

/** A scope on the collections of a pattern: a name, a prefix such as `logs-*`, or `*`. */
export interface Grant {
  readonly scope: KeyScope;
  readonly pattern: string;
}

/** What an operation requires. open: nothing; any: some grant, whichever. */
export type Requirement = "open" | "any" | KeyScope;

export interface Identity {
  /**
   * For logs and fair queuing: `key:ID`, `token:SUBJECT`, `certificate:NAME`, `local`, `anonymous`.
   */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Applied to everything that is read, and required of everything that is written. */
  readonly filter: Filter | undefined;
  /** Expiry, milliseconds since 1970; absent when it does not expire. */
  readonly expiresMs?: number | undefined;
}

/** Scopes that each scope implies. */
const included: Readonly<Record<KeyScope, readonly KeyScope[]>> = {
  read: [],
  write: ["feedback"],
  feedback: [],
  admin: ["read", "write", "feedback"],
  metrics: [],
};

/** Scopes that cannot be restricted by a filter. */
const wholeScopes: ReadonlySet<KeyScope> = new Set(["admin", "metrics"]);

const patternForm = /^(?:\*|[a-z0-9][a-z0-9_-]{0,62}\*?)$/;

/** Parses `read:docs`, `write:logs-*`, `admin:*` or `metrics`; undefined for anything else. */
export function parseGrant(text: string): Grant | undefined {
  const [, word = "", pattern] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? [];
  const scope = scopes.find((known) => known === word);
  if (scope === "metrics") return pattern === undefined ? { scope, pattern: "*" } : undefined;
  if (scope === undefined || pattern === undefined || !patternForm.test(pattern)) return undefined;
  return { scope, pattern };
}

/** Inverse of `parseGrant`. */
export function grantText({ scope, pattern }: Grant): string {
  return scope === "metrics" ? scope : `${scope}:${pattern}`;
}

/** True for grants that cannot be combined with a filter. */
export function isWholeGrant({ scope }: Grant): boolean {
  return wholeScopes.has(scope);
}

/** Whether the identity has `scope` on this collection. */
export function mayIn(identity: Identity, scope: KeyScope, collection: string): boolean {
  return identity.grants.some(
    (grant) => gives(identity, grant, scope) && covers(grant.pattern, collection),
  );
}

/** Whether the identity has any scope on this collection. */
export function mayKnow(identity: Identity, collection: string): boolean {
  return identity.grants.some(
    (grant) => grant.scope !== "metrics" && covers(grant.pattern, collection),
  );
}

/** Whether the identity has full access. */
export function mayAll({ grants, filter }: Identity): boolean {
  return (
    filter === undefined &&
    grants.some(({ scope, pattern }) => scope === "admin" && pattern === "*")
  );
}

/** Whether the identity meets the requirement on at least one collection. */
export function mayAnywhere(identity: Identity, requirement: Requirement): boolean {
  if (requirement === "open") return true;
  if (requirement === "any") return identity.grants.length > 0;
  if (requirement === "metrics" && mayAll(identity)) return true;
  return identity.grants.some((grant) => gives(identity, grant, requirement));
}

function gives({ filter }: Identity, { scope }: Grant, wanted: KeyScope): boolean {
  if (filter !== undefined && wholeScopes.has(scope)) return false;
  return scope === wanted || included[scope].includes(wanted);
}

function covers(pattern: string, collection: string): boolean {
  return pattern.endsWith("*")
    ? collection.startsWith(pattern.slice(0, -1))
    : collection === pattern;
}

const everything: readonly Grant[] = [{ scope: "admin", pattern: "*" }];

/** An identity with full access. */
export function fullIdentity(name: string): Identity {
  return { name, grants: everything, filter: undefined };
}

/** The identity of callers without valid credentials, for operations that need none. */
export const anonymous: Identity = { name: "anonymous", grants: [], filter: undefined };
