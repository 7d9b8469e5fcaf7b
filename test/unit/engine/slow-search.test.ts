// Slow searches in memory: bounded in number and in the length of their queries.

import assert from "node:assert/strict";
import { limits } from "../../../src/core/limits.js";
import { createSlowSearchMemory, keptSearch } from "../../../src/engine/slow-search.js";
import type { SlowSearch } from "../../../src/contract/slow-searches.js";

function slow(collection: string, text: string): SlowSearch {
  const finished = { outcome: "ok", durationMs: 7, updateCount: 0 } as const;
  const call = { signal: new AbortController().signal };
  const request = { collection, text };
  return keptSearch(finished, { request, call, last: undefined, endTimeMs: 1 });
}

describe("the slow searches that are kept", () => {
  it("are the last ones, the newest first", () => {
    const searches = createSlowSearchMemory();
    for (let i = 0; i <= limits.slowSearchesMax; i += 1) searches.add(slow("notes", `${i}`));
    const texts = searches.list().map(({ queryText }) => queryText);
    assert.equal(texts.length, limits.slowSearchesMax);
    assert.deepEqual([texts[0], texts.at(-1)], [`${limits.slowSearchesMax}`, "1"]);
  });

  it("have the start of a long query, with no character cut in two", () => {
    const text = `${"x".repeat(limits.slowSearchTextMax - 1)}\u{1f30a} and more`;
    assert.equal(slow("notes", text).queryText, "x".repeat(limits.slowSearchTextMax - 1));
  });

  it("are forgotten with their collection", () => {
    const searches = createSlowSearchMemory();
    for (const name of ["notes", "diary", "notes"]) searches.add(slow(name, "river"));
    searches.forget("notes");
    assert.deepEqual(
      searches.list().map(({ collection }) => collection),
      ["diary"],
    );
  });
});
