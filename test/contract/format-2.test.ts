// A data folder that format 2 wrote: test/fixtures/format-2, where note I of 40 has the fields that
// are listed here; notes 3 and 39 are deleted.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";

import type { Fields, FieldValue } from "../../src/core/document.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";

const fixture = join(repositoryRoot(), "test/fixtures/format-2/collections");

function fieldsOf(i: number): Fields {
  return new Map<string, FieldValue>([
    ["year", { kind: "integer", value: BigInt(1980 + i) }],
    ["weight", { kind: "float", value: i / 4 }],
    ["lang", { kind: "keyword", value: i % 2 === 0 ? "en" : "de" }],
    ["tags", { kind: "keywords", value: i % 3 === 0 ? [] : ["a", `t${i % 5}`] }],
    ["open", { kind: "boolean", value: i % 4 === 1 }],
    ["at", { kind: "time", value: Date.UTC(2020, 0, 1 + i) }],
  ]);
}

describe("a data folder of format 2", () => {
  const folder = useTemporaryFolder();
  beforeEach(() => cpSync(fixture, join(folder(), "collections"), { recursive: true }));

  const years = [1980, 1984, 1990];

  async function checkNotes({ api }: InlineEngine): Promise<void> {
    const { documents } = await api.list("notes", { pageSize: 1000 });
    const old = documents.filter(({ key }) => key.startsWith("note-"));
    assert.equal(old.length, 38);
    for (const { key, fields } of old)
      assert.deepEqual(new Map(fields), fieldsOf(Number(key.slice(5))));
    const filter = parseFilter(`year in (${years.join(", ")}) and exists(at) and weight < 2.5e0`);
    const { hits } = await finalOf(api, { text: "gold", filter });
    assert.deepEqual(hits.map(({ key }) => key).sort(), ["note-0", "note-4"]);
  }

  it("keeps every document and its fields, and takes documents with lists beside them", async () => {
    const first = await openInlineEngine(folder());
    await checkNotes(first);
    const vectors = { type: "float32", dim: 16, bytes: new Uint8Array(64).fill(65) } as const;
    const fields: Fields = new Map([["years", { kind: "integers", value: [1849n, 1850n] }]]);
    await first.api.put("notes", { key: "lists", title: "", text: "gold", fields, vectors });
    await first.close();

    const second = await openInlineEngine(folder());
    await checkNotes(second);
    for await (const progress of second.api.optimize("notes", {
      isFull: true,
      signal: new AbortController().signal,
    }))
      assert.ok(progress.step !== "");
    await checkNotes(second);
    const { hits } = await finalOf(second.api, {
      text: "gold",
      filter: parseFilter("years = 1850.0"),
    });
    assert.deepEqual(hits.map(({ key }) => key), ["lists"]); // prettier-ignore
    await second.close();
  });
});
