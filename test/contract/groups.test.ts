// Groups and duplicates in whole searches: every update keeps the caps, and the exact answer is the
// greedy one over all documents.

import assert from "node:assert/strict";

import type { Document } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, putAll, searchNotes } from "../support/notes.js";
import { runProgram } from "../support/program.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const dim = 32;
const documents: Document[] = seededDocuments({ seed: 811, count: 300, dim }).map(
  (document, i) => ({
    ...document,
    fields: new Map([
      ["chapter", { kind: "integer", value: BigInt(i % 7) }],
      ["digest", { kind: "keyword", value: `d${i % 40}` }],
      // Some have none.
      ...(i % 3 === 0 ? [["draft", { kind: "boolean", value: i % 2 === 0 }] as const] : []),
      ["weight", { kind: "float", value: i % 2 }],
    ]),
  }),
);
const byKey = new Map(documents.map((document) => [document.key, document]));
const queries = seededQueries({ seed: 811, count: 4, dim });

const asked: readonly Pick<SearchRequest, "groupBy" | "dedupeField">[] = [
  { groupBy: { field: "chapter", size: 1 } },
  { groupBy: { field: "chapter", size: 3 } },
  { dedupeField: "digest" },
  { groupBy: { field: "draft", size: 2 } },
  { groupBy: { field: "chapter", size: 2 }, dedupeField: "digest" },
  // A float names no groups.
  { groupBy: { field: "weight", size: 1 } },
];

function valueOf(key: string, field: string): string | undefined {
  const value = byKey.get(key)?.fields.get(field);
  return value === undefined || value.kind === "float" ? undefined : String(value.value);
}

/** Best first, each document that finds room. */
function greedy(keys: readonly string[], caps: (typeof asked)[number], k: number): string[] {
  const taken: string[] = [];
  const limits = [caps.groupBy, caps.dedupeField && { field: caps.dedupeField, size: 1 }];
  for (const key of keys) {
    const hasRoom = limits.every((limit) => {
      if (limit === undefined || limit === "") return true;
      const value = valueOf(key, limit.field);
      const sharing = taken.filter((other) => valueOf(other, limit.field) === value);
      return value === undefined || sharing.length < (limit.size ?? 1);
    });
    if (hasRoom && taken.length < k) taken.push(key);
  }
  return taken;
}

describe("groups and duplicates", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("are limited in every update, and exactly in the last one", async () => {
    const defaults = { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 40 };
    const engine = await openInlineEngine(folder(), { flushBytes: 8_000, search: defaults });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    for (const query of queries) {
      const whole = await searchNotes(engine.api, { ...query, k: documents.length });
      const order = whole.at(-1)!.hits.map(({ key }) => key);
      for (const caps of asked) {
        const updates = await searchNotes(engine.api, { ...query, ...caps, k: 12 });
        for (const { hits } of updates) {
          const keys = hits.map(({ key }) => key);
          assert.deepEqual(greedy(keys, caps, 12), keys);
        }
        const final = updates.at(-1)!;
        assert.equal(final.certificate, "exact");
        assert.deepEqual(
          final.hits.map(({ key }) => key),
          greedy(order, caps, 12),
        );
      }
    }
    await engine.close();
  });

  it("are limited for words alone, exactly as long as the list is deep enough", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 8_000 });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    const { text } = queries[1]!;
    const whole = await searchNotes(engine.api, { text, k: documents.length });
    const order = whole.at(-1)!.hits.map(({ key }) => key);
    for (const caps of asked) {
      const final = (await searchNotes(engine.api, { text, ...caps, k: 9 })).at(-1)!;
      assert.equal(final.certificate, "lexical");
      assert.deepEqual(
        final.hits.map(({ key }) => key),
        greedy(order, caps, 9),
      );
    }
    await engine.close();
  });

  it("are refused where they make no sense, naming the field", async () => {
    const engine = await openInlineEngine(folder());
    await createNotes(engine.api, { dim });
    const refused = async (caps: Partial<SearchRequest>, field: RegExp): Promise<void> => {
      await assert.rejects(
        searchNotes(engine.api, { ...queries[0], ...caps }),
        hasReason("INVALID_FIELD", field),
      );
    };
    await refused({ groupBy: { field: "", size: 1 } }, /group_by.field is empty/);
    await refused({ groupBy: { field: "x", size: 0 } }, /group_by.group_size is 0/);
    await refused({ groupBy: { field: "x", size: 101 } }, /group_by.group_size is 101/);
    await refused({ dedupeField: "x".repeat(65) }, /dedupe_field has 65 bytes/);
    await engine.close();
  });

  it("can be asked for by the client, over HTTP and from the command line", async () => {
    const server = await startServerProcess({ data: folder() });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    const caps = { groupBy: { field: "chapter", size: 1 }, dedupeField: "digest" };
    const { hits } = await client.searchFinal({
      collection: "notes",
      ...queries[0]!,
      k: 20,
      ...caps,
    });
    assert.equal(hits.length, 7);
    const answer = await fetch(`${server.url}/v1/search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        collection: "notes",
        query: queries[0]!.text,
        k: 20,
        group_by: { field: "chapter" },
        dedupe_field: "digest",
      }),
    });
    const last = (await answer.text()).trim().split("data: ").at(-1) ?? "";
    const { hits: found } = JSON.parse(last.split("\n")[0] ?? "") as { hits: { key: string }[] };
    const chapters = found.map(({ key }) => valueOf(key, "chapter"));
    assert.equal(new Set(chapters).size, chapters.length);
    const words = queries[0]!.text.split(" ");
    const flags = ["--server", server.address, "--json", "-k", "20", "--group-by", "chapter:2"];
    const printed = await runProgram(["search", "notes", ...words, ...flags]);
    const shown = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as typeof answer & {
      readonly hits: { key: string }[];
    };
    const counts = new Map<string | undefined, number>();
    for (const { key } of shown.hits)
      counts.set(valueOf(key, "chapter"), (counts.get(valueOf(key, "chapter")) ?? 0) + 1);
    assert.ok([...counts.values()].every((count) => count <= 2));
    await stopServer(server);
  });
});
