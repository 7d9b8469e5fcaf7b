// Contents of a hub repository at one commit.

import { z } from "zod";
import { ask, downloadFailed, persistently } from "./hub-client.js";
import type { HubOptions } from "./hub-client.js";

export interface RepositoryFile {
  /** Path within the repository. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content; absent for small files, which have a git hash. */
  readonly sha256: string | undefined;
  /** SHA-1 of the git blob. */
  readonly gitHash: string | undefined;
}

export interface Repository {
  readonly name: string;
  /** Full commit hash, which identifies the content. */
  readonly commit: string;
  readonly files: readonly RepositoryFile[];
}

const hash = z.string().regex(/^[0-9a-f]{40,64}$/);

const revisionSchema = z.looseObject({ sha: hash });

const treeSchema = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    size: z.int().nonnegative().default(0),
    oid: hash.optional(),
    lfs: z.looseObject({ oid: hash, size: z.int().nonnegative() }).nullish(),
  }),
);

/** Throws DOWNLOAD_FAILED. */
export async function readRepository(
  name: string,
  revision: string,
  hub: HubOptions,
): Promise<Repository> {
  const at = `/api/models/${name}`;
  const { sha: commit } = await json(
    `${at}/revision/${encodeURIComponent(revision)}`,
    revisionSchema,
    hub,
  );
  const files: RepositoryFile[] = [];
  let path: string | undefined = `${at}/tree/${commit}?recursive=true`;
  while (path !== undefined) {
    const next: { rest: string | undefined } = { rest: undefined };
    for (const entry of await json(path, treeSchema, hub, next)) {
      if (entry.type !== "file") continue;
      const { lfs } = entry;
      files.push({
        path: entry.path,
        bytes: lfs?.size ?? entry.size,
        sha256: lfs?.oid,
        gitHash: lfs == null ? entry.oid : undefined,
      });
    }
    path = next.rest;
  }
  return { name, commit, files };
}

/** `next` receives the path of the following page. */
async function json<T>(
  path: string,
  schema: z.ZodType<T>,
  hub: HubOptions,
  next?: { rest: string | undefined },
): Promise<T> {
  const response = await persistently(() => ask(path, hub), hub);
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (!parsed.success)
    throw downloadFailed(`${hub.baseUrl}${path} did not respond like a model hub`);
  const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  if (next !== undefined && link !== undefined) {
    const { pathname, search } = new URL(link, hub.baseUrl);
    next.rest = `${pathname}${search}`;
  }
  return parsed.data;
}
