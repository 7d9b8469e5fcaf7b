// A disk without space, met by each thing that writes: it fails as a whole, says why, and succeeds
// once there is space.

import assert from "node:assert/strict";
import { closeSync, cpSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { inspect } from "../../src/engine/inspect.js";
import type { EngineApi, JobProgress } from "../../src/engine/api.js";
import { onlyCollectionFolder } from "../support/damage.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { canMountDisk, withSmallDisk } from "../support/small-disk.js";

const dim = 64;
const documents = seededDocuments({ seed: 503, count: 260, dim });
const stored = documents.slice(0, 200);
const [query] = seededQueries({ seed: 503, count: 1, dim });
const diskFull = hasReason("DISK_FULL");

interface Writing {
  readonly what: string;
  readonly write: (engine: InlineEngine) => Promise<unknown>;
  /** What is stored afterwards differs from before. */
  readonly changes?: boolean;
}

const writings: readonly Writing[] = [
  {
    what: "a put",
    // As many as find no room in pages that are free already.
    write: ({ api }) => putAll(api, documents.slice(200), 60),
    changes: true,
  },
  {
    what: "a delete of many",
    write: ({ api }) => api.delete("notes", keysOf(stored.slice(0, 120))),
    changes: true,
  },
  {
    what: "a flush and a full merge",
    write: ({ api }) =>
      ended(api.optimize("notes", { isFull: true, signal: new AbortController().signal })),
  },
  { what: "a snapshot", write: ({ api }) => ended(api.snapshot("notes", "nightly")) },
  {
    what: "a new collection",
    write: ({ api }) => api.createCollection({ name: "other", dim, ifNotExists: false }),
  },
];

if (canMountDisk())
  describe("a disk that is full", () => {
    for (const { what, write, changes = false } of writings)
      it(`refuses ${what} as a whole, and takes it when there is space`, () =>
        withSmallDisk(async (disk) => {
          const data = join(disk, "data");
          const engine = await openEngine(data);
          await createNotes(engine.api, { dim });
          await putAll(engine.api, stored);
          const before = await contentsOf(engine.api);
          const ballast = fill(disk);
          await assert.rejects(write(engine), diskFull);
          // Writes in parts may have done some of them, each wholly.
          if (!changes) assert.deepEqual(await contentsOf(engine.api), before);
          const left = await contentsOf(engine.api);
          rmSync(ballast);
          await engine.close();
          assert.deepEqual((await inspect(onlyCollectionFolder(data))).damages, []);
          const again = await openEngine(data);
          assert.deepEqual(await contentsOf(again.api), left);
          await write(again);
          await again.close();
          for (const { damages } of await inspectAll(data)) assert.deepEqual(damages, []);
        }));

    it("keeps data of an older format as it is, and migrates it when there is space", () =>
      withSmallDisk(async (disk) => {
        const data = join(disk, "data");
        const fixture = join(repositoryRoot(), "test/fixtures/format-1/collections");
        cpSync(fixture, join(data, "collections"), { recursive: true });
        const ballast = fill(disk);
        await assert.rejects(openInlineEngine(data), diskFull);
        rmSync(ballast);
        const engine = await openInlineEngine(data);
        assert.ok(engine.api.listCollections().every(({ documentCount }) => documentCount > 0));
        await engine.close();
      }));
  });

function openEngine(data: string): Promise<InlineEngine> {
  return openInlineEngine(data, { flushBytes: 20_000 });
}

function keysOf(list: typeof documents): string[] {
  return list.map(({ key }) => key);
}

async function ended(job: AsyncGenerator<JobProgress>): Promise<JobProgress | undefined> {
  let last: JobProgress | undefined;
  for await (const progress of job) last = progress;
  return last;
}

/** What is stored and what is found, with scores. */
async function contentsOf(api: EngineApi): Promise<unknown> {
  const list = (await api.list("notes", { pageSize: 1000 })).documents;
  const { hits } = await finalOf(api, { ...query!, k: 1000 });
  return { list, hits: hits.map(({ key, score }) => ({ key, score })) };
}

async function inspectAll(data: string): Promise<Awaited<ReturnType<typeof inspect>>[]> {
  const { openDataFolder } = await import("../../src/store/data-folder.js");
  const folder = openDataFolder(data);
  try {
    return await Promise.all(folder.found.map(({ path }) => inspect(path)));
  } finally {
    folder.close();
  }
}

/** Leaves a page or two. */
function fill(disk: string): string {
  const path = join(disk, "ballast");
  mkdirSync(disk, { recursive: true });
  const file = openSync(path, "w");
  const { bavail, bsize } = statfsSync(disk);
  for (let left = bavail; left > 1; left -= 1) writeSync(file, Buffer.alloc(bsize));
  closeSync(file);
  return path;
}
