// A data folder that format 3 wrote: test/fixtures/format-3, 40 notes of rows that share a
// direction, in a segment and in the journal, without a centre; notes 3 and 39 are deleted.

import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Document } from "../../src/core/document.js";
import { repositoryRoot } from "../../src/core/paths.js";
import type { EngineApi } from "../../src/engine/api.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { finalOf, putAll } from "../support/notes.js";
import { sharedDirectionVectors } from "../support/shared-direction.js";

const fixture = join(repositoryRoot(), "test/fixtures/format-3");
const expected = JSON.parse(readFileSync(join(fixture, "hits.json"), "utf8")) as unknown;
const rows = { dim: 16, meanCosine: 0.8 };

function note(i: number): Document {
  const vectors = sharedDirectionVectors({ ...rows, rowCount: 8, seed: i });
  return { key: `note-${i}`, title: "", text: `note ${i}`, fields: new Map(), vectors };
}

async function checkHits(api: EngineApi): Promise<void> {
  const vectors = sharedDirectionVectors({ ...rows, rowCount: 4, seed: 77 });
  const { hits } = await finalOf(api, { vectors, k: 10, exhaustive: true });
  assert.deepEqual(
    hits.map(({ key, score, parts }) => ({ key, score, maxsim: parts.maxsim })),
    expected,
  );
}

describe("a data folder of format 3", () => {
  const folder = useTemporaryFolder();
  beforeEach(() =>
    cpSync(join(fixture, "collections"), join(folder(), "collections"), { recursive: true }),
  );

  it("is searched, written and merged with the codes that it has, and gets no centre", async () => {
    const first = await openInlineEngine(folder());
    await checkHits(first.api);
    // What was there is written again, to the journal, as it was.
    await putAll(first.api, [note(7), note(35)]);
    await checkHits(first.api);
    await first.close();

    const second = await openInlineEngine(folder());
    await checkHits(second.api);
    const { signal } = new AbortController();
    for await (const { step } of second.api.optimize("notes", { isFull: true, signal }))
      assert.ok(step !== "");
    await checkHits(second.api);
    const keys = Array.from({ length: 300 }, (_, i) => note(1000 + i));
    await putAll(second.api, keys);
    assert.equal(second.api.describeCollection("notes").documentCount, 338);
    await second.close();

    const data = openDataFolder(folder());
    const path = data.found[0]?.path ?? "";
    data.close();
    const store = openLmdbStore(path);
    assert.equal(store.readManifest().centring, undefined);
    await store.close();
  });
});
