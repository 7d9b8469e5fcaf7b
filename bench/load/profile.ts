// What a load consists of: shares of operations, and what each search asks for. Profiles are JSON.

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
  /** Times between arrivals: exponential, or all the same. */
  arrivals: z.enum(["poisson", "even"]),
  /** Weights of the kinds of operations. */
  mix: z
    .strictObject({ search: share, session: share, ingest: share, delete: share })
    .refine(...someOf("share")),
  /** Share of the searches whose caller goes away, and until when: at a random moment. */
  cancelShare: z.number().min(0).max(1),
  cancelWithinMs: z.number().min(0).max(60_000),
  k: z.int().min(1).max(1000),
  /** Of each search, milliseconds. */
  budgetMs: z.int().min(1).max(60_000),
  priorities: z
    .strictObject({ high: share, normal: share, low: share })
    .refine(...someOf("priority")),
  /** What a query brings; text alone is a search by words. */
  query: z.enum(["vectors", "text", "both"]),
  /** Token rows of a query. */
  queryTokens: z.int().min(1).max(512),
  /** Whether updates bring titles and texts. */
  payload: z.boolean(),
  /** Queries of one typed session, each a letter longer, and the time between them. */
  session: z.strictObject({ queries: z.int().min(1).max(100), keyMs: z.int().min(1).max(10_000) }),
  /** Connections, used in turn. To the server they are one client: they come from one address. */
  connections: z.int().min(1).max(256),
});

export type Profile = z.infer<typeof profileSchema>;

/** Reads a profile file. Throws when it is not a profile, naming file and field. */
export function readProfile(path: string): Profile {
  const found = profileSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (found.success) return found.data;
  throw new Error(`${path} is no load profile:\n${z.prettifyError(found.error)}`);
}

/** One of those that come with the bench. */
export function builtInProfile(name: "mixed" | "searches"): string {
  return join(repositoryRoot(), `bench/load/profiles/${name}.json`);
}
