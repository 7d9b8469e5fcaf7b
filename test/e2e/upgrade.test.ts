// A server of this version on what earlier ones wrote: data folders, snapshots, and the way back.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const fixtures = join(repositoryRoot(), "test/fixtures");

/** A collection of a fixture, as an earlier version wrote it. */
const older = [
  { format: 1, collection: "prose", id: "d2913c21b2f804c8" },
  { format: 2, collection: "notes", id: "4629867c9be28b16" },
] as const;

describe("data of earlier versions", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("is served after an upgrade, and its snapshots are restored, under other names, too", async () => {
    const data = join(folder(), "data");
    for (const { format, collection, id } of older) {
      cpSync(fixtureOf(format, id), join(data, "collections", id), { recursive: true });
      putSnapshot(data, { format, collection, id });
    }
    const server = await startServerProcess({ data });
    const { client } = server;
    for (const { format, collection } of older) {
      const documents = await documentsOf(server, collection);
      assert.ok(documents.length > 0);
      const { snapshots } = client.collections;
      const restored = await snapshots.restore(`of-format-${format}`, {
        name: `${collection}-again`,
      });
      assert.equal(restored.documentCount, documents.length);
      assert.deepEqual(await documentsOf(server, `${collection}-again`), documents);
      for (const name of [collection, `${collection}-again`])
        assert.ok((await wordHits(server, name)).length > 0, `${name} is searched`);
    }
    await stopServer(server);
  });

  it("comes back by snapshots in a new folder, when an upgrade is taken back", async () => {
    const before = join(folder(), "before");
    for (const { format, id } of older)
      cpSync(fixtureOf(format, id), join(before, "collections", id), { recursive: true });
    const first = await startServerProcess({ data: before });
    const documents = await documentsOf(first, "notes");
    await first.client.collections.snapshots.take("notes", { name: "before-upgrade" });
    await stopServer(first);
    const after = join(folder(), "after");
    mkdirSync(after);
    renameSync(join(before, "snapshots"), join(after, "snapshots"));
    const second = await startServerProcess({ data: after });
    const restored = await second.client.collections.snapshots.restore("before-upgrade");
    assert.equal(restored.settings.name, "notes");
    assert.deepEqual(await documentsOf(second, "notes"), documents);
    await stopServer(second);
  });
});

function fixtureOf(format: number, id: string): string {
  return join(fixtures, `format-${format}`, "collections", id);
}

/** A snapshot as earlier versions lay it down. */
function putSnapshot(
  data: string,
  { format, collection, id }: { format: number; collection: string; id: string },
): void {
  const path = join(data, "snapshots", id);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "data.mdb"), readFileSync(join(fixtureOf(format, id), "data.mdb")));
  assert.ok(!existsSync(join(path, "lock.mdb")));
  const info = { name: `of-format-${format}`, collection, lastSequence: 1, bytes: 1 };
  writeFileSync(join(path, "snapshot.json"), JSON.stringify(info));
}

async function documentsOf({ client }: ServerProcess, collection: string): Promise<string[]> {
  const { documents } = await client.list(collection, { pageSize: 1000 });
  return documents.map(({ key, title, text }) => JSON.stringify([key, title, text]));
}

/** Hits for a word that some document of each fixture has. */
async function wordHits({ client }: ServerProcess, collection: string): Promise<string[]> {
  const [document] = (await client.list(collection, { pageSize: 1 })).documents;
  const text = document?.text.split(" ").slice(0, 3).join(" ") ?? "";
  for await (const update of client.search({ collection, text }))
    if (update.final) return update.hits.map(({ key }) => key);
  return [];
}
