// A filter on a field, or on a kind of value, that no document has is told, whichever segment has
// what.

import assert from "node:assert/strict";

import type { FieldValue } from "../../src/core/document.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 9, count: 40, dim }).map((document, i) => ({
  ...document,
  fields: new Map<string, FieldValue>([
    ["year", { kind: "integer", value: BigInt(i) }],
    ["when", { kind: "keyword", value: "2024-05-01T00:00:00Z" }],
    ["tags", { kind: "keywords", value: ["a"] }],
    ["open", { kind: "boolean", value: true }],
  ]),
}));
const [query] = seededQueries({ seed: 9, count: 1, dim });
const gone: FieldValue = { kind: "time", value: 0 };

async function toldOf(api: EngineApi, filter: string): Promise<string[]> {
  const { degradations } = await finalOf(api, { ...query!, filter: parseFilter(filter) });
  return degradations.map(({ reason, message }) => `${reason}: ${message}`);
}

describe("a filter that no field can match", () => {
  const folder = useTemporaryFolder();

  for (const [what, flushBytes] of [
    ["live", 2 ** 23],
    ["flushed", 300],
  ] as const)
    it(`is told with the nearest name, or the kinds that there are; ${what} passages`, async () => {
      const engine = await openInlineEngine(folder(), { flushBytes });
      const { api } = engine;
      await createNotes(api, { dim });
      // The only document with another field is deleted.
      const extra = { ...documents[0]!, key: "extra", fields: new Map([["yeast", gone]]) };
      await putAll(api, [extra, ...documents]);
      await api.delete("notes", ["extra"]);
      const told = "FILTER_MATCHES_NO_FIELD: no document has";
      const cases: readonly [filter: string, messages: string[]][] = [
        ["year >= 1 and year = 5.0 and exists(tags)", []],
        ['tags = "a" and open = true and when != "x"', []],
        ["yaer >= 1", [`${told} a field "yaer"; the nearest name is "year"`]],
        ["not yeast = 1", [`${told} a field "yeast"`]],
        ["exists(price)", [`${told} a field "price"`]],
        ["when >= 2024-01-01", [`${told} numbers or times in the field "when"; it has keywords`]],
        [
          'year in ("5", true)',
          [`${told} keywords or booleans in the field "year"; it has numbers`],
        ],
        ['year > 1 or open = "yes"', [`${told} keywords in the field "open"; it has booleans`]],
        ["a1 = 1 and a1 = 2 and b1 = 1", [`${told} a field "a1"`, `${told} a field "b1"`]],
      ];
      for (const [filter, messages] of cases)
        assert.deepEqual(await toldOf(api, filter), messages, filter);
      const many = Array.from({ length: 20 }, (_, i) => `f${i} = 1`).join(" or ");
      assert.equal((await toldOf(api, many)).length, 8);
      await engine.close();
    });

  it("is not told to a caller who sees only some documents", async () => {
    const engine = await openInlineEngine(folder());
    const { api } = engine;
    await createNotes(api, { dim });
    await putAll(api, documents.slice(0, 1));
    const request = { ...query!, collection: "notes", filter: parseFilter("yaer = 1") };
    const { signal } = new AbortController();
    for await (const { degradations } of api.search(request, { signal, isRestricted: true }))
      assert.deepEqual(degradations, []);
    await engine.close();
  });
});
