// Load profiles (JSON): the mix of operations, and what each search requests.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { repositoryRoot } from "../../src/core/paths.js";

const share = z.number().min(0);
const someOf = (total: string): [(shares: Readonly<Record<string, number>>) => boolean, string] => [
  (shares) => Object.values(shares).some((value) => value > 0),
  `one ${total} at least is above 0`,
];

export const profileSchema = z.strictObject({
  name: z.string().min(1),
  /** Intervals between arrivals: exponential or constant. */
  arrivals: z.enum(["poisson", "even"]),
  /** Weights of the kinds of operations. */
  mix: z
    .strictObject({ search: share, session: share, ingest: share, delete: share })
    .refine(...someOf("share")),
  /** Share of searches that are cancelled, and the latest moment for it (chosen at random). */
  cancelShare: z.number().min(0).max(1),
  cancelWithinMs: z.number().min(0).max(60_000),
  k: z.int().min(1).max(1000),
  /** Time budget of each search, milliseconds. */
  budgetMs: z.int().min(1).max(60_000),
  priorities: z
    .strictObject({ high: share, normal: share, low: share })
    .refine(...someOf("priority")),
  /** Contents of a query; text alone is a lexical search. */
  query: z.enum(["vectors", "text", "both"]),
  /** Token vectors per query. */
  queryTokens: z.int().min(1).max(512),
  /** Whether updates contain titles and texts. */
  payload: z.boolean(),
  /** Queries per typing session, each a letter longer, and the interval between them. */
  session: z.strictObject({ queries: z.int().min(1).max(100), keyMs: z.int().min(1).max(10_000) }),
  /** Connections, used in turn. The server sees one client, since they share an address. */
  connections: z.int().min(1).max(256),
});

export type Profile = z.infer<typeof profileSchema>;

/** Reads a profile file. Throws for an invalid profile, naming file and field. */
export function readProfile(path: string): Profile {
  const found = profileSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (found.success) return found.data;
  throw new Error(`${path} is no load profile:\n${z.prettifyError(found.error)}`);
}

/** Path of a built-in profile. */
export function builtInProfile(name: "mixed" | "searches"): string {
  return join(repositoryRoot(), `bench/load/profiles/${name}.json`);
}
