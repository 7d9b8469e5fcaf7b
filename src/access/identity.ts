// Who a caller is and what he may do: scopes over collections, and the filter that is always added.

import type { Filter } from "../core/filter.js";

/**
 * read: search, get, list, explain. write: ingest, delete, and feedback. feedback: send feedback.
 * admin: everything in a collection. metrics: the figures of the whole server.
 */
export const scopes = ["read", "write", "feedback", "admin", "metrics"] as const;
export type Scope = (typeof scopes)[number];

/** One scope over the collections of a pattern: a name, the beginning of names as `logs-*`, or `*`. */
export interface Grant {
  readonly scope: Scope;
  readonly pattern: string;
}

/** What a call needs. open: nothing, a key is looked at all the same; any: some grant, whichever. */
export type Requirement = "open" | "any" | Scope;

export interface Identity {
  /** For logs and turns: `key:ID`, `token:SUBJECT`, `certificate:NAME`, `local`, `anonymous`. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Added to all that is read, and what is written must pass it; undefined: none. */
  readonly filter: Filter | undefined;
  /** Milliseconds since 1970 from which on it is not valid any more; undefined: never. */
  readonly expiresMs?: number | undefined;
}

/** What a scope includes beside itself. */
const included: Readonly<Record<Scope, readonly Scope[]>> = {
  read: [],
  write: ["feedback"],
  feedback: [],
  admin: ["read", "write", "feedback"],
  metrics: [],
};

/** Scopes that would show or touch what a filter is to keep from its caller. */
const wholeScopes: ReadonlySet<Scope> = new Set(["admin", "metrics"]);

const patternForm = /^(?:\*|[a-z0-9][a-z0-9_-]{0,62}\*?)$/;

/** `read:docs`, `write:logs-*`, `admin:*`, `metrics`; undefined for anything else. */
export function parseGrant(text: string): Grant | undefined {
  const [, word = "", pattern] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? [];
  const scope = scopes.find((known) => known === word);
  if (scope === "metrics") return pattern === undefined ? { scope, pattern: "*" } : undefined;
  if (scope === undefined || pattern === undefined || !patternForm.test(pattern)) return undefined;
  return { scope, pattern };
}

/** The text that `parseGrant` reads. */
export function grantText({ scope, pattern }: Grant): string {
  return scope === "metrics" ? scope : `${scope}:${pattern}`;
}

/** True for grants that a filter cannot go with. */
export function isWholeGrant({ scope }: Grant): boolean {
  return wholeScopes.has(scope);
}

/** Whether the caller has `scope` in this very collection. */
export function mayIn(identity: Identity, scope: Scope, collection: string): boolean {
  return identity.grants.some(
    (grant) => gives(identity, grant, scope) && covers(grant.pattern, collection),
  );
}

/** Whether the caller has anything to do with this collection. */
export function mayKnow(identity: Identity, collection: string): boolean {
  return identity.grants.some(
    (grant) => grant.scope !== "metrics" && covers(grant.pattern, collection),
  );
}

/** Whether the caller may do everything everywhere. */
export function mayAll({ grants, filter }: Identity): boolean {
  return (
    filter === undefined &&
    grants.some(({ scope, pattern }) => scope === "admin" && pattern === "*")
  );
}

/** Whether the caller has what is required in at least one collection. */
export function mayAnywhere(identity: Identity, requirement: Requirement): boolean {
  if (requirement === "open") return true;
  if (requirement === "any") return identity.grants.length > 0;
  if (requirement === "metrics" && mayAll(identity)) return true;
  return identity.grants.some((grant) => gives(identity, grant, requirement));
}

function gives({ filter }: Identity, { scope }: Grant, wanted: Scope): boolean {
  if (filter !== undefined && wholeScopes.has(scope)) return false;
  return scope === wanted || included[scope].includes(wanted);
}

function covers(pattern: string, collection: string): boolean {
  return pattern.endsWith("*")
    ? collection.startsWith(pattern.slice(0, -1))
    : collection === pattern;
}

const everything: readonly Grant[] = [{ scope: "admin", pattern: "*" }];

/** A caller who may do all. */
export function fullIdentity(name: string): Identity {
  return { name, grants: everything, filter: undefined };
}

/** A caller of open calls who has not said, or not proven, who he is. */
export const anonymous: Identity = { name: "anonymous", grants: [], filter: undefined };
