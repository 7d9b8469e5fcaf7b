// An explanation is the search's own arithmetic, taken apart.

import type { ExplainedPassage } from "../../src/contract/explain.js";
import assert from "node:assert/strict";

import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { runProgram } from "../support/program.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const { signal } = new AbortController();

/** Added up as the kernels do: each sum rounded to float32. */
function sumOf(scores: readonly { readonly score: number }[]): number {
  return scores.reduce((sum, { score }) => Math.fround(sum + score), 0);
}

describe("an explanation of given vectors", () => {
  const folder = useTemporaryFolder();

  for (const bits of [1, 2, 4, 8])
    it(`adds up to the hit's parts to the bit, at ${bits} bits`, async () => {
      const dim = 48;
      const documents = seededDocuments({ seed: 601 + bits, count: 60, dim });
      const queries = seededQueries({ seed: 601 + bits, count: 6, dim });
      const engine = await openInlineEngine(folder(), { flushBytes: 2_000 });
      await createNotes(engine.api, { dim, bits });
      await putAll(engine.api, documents);
      await engine.api.delete("notes", [documents[5]!.key]);
      for (const query of queries) {
        const { hits } = await finalOf(engine.api, { ...query, k: 12 });
        for (const hit of hits) {
          const explained = await engine.api.explain(
            {
              collection: "notes",
              text: query.text,
              vectors: query.vectors,
              key: hit.key,
              filter: undefined,
              lexicalWeight: undefined,
              passageNumber: undefined,
            },
            { signal },
          );
          assert.equal(explained.parts.maxsim, hit.parts.maxsim);
          assert.equal(sumOf(explained.matches), explained.parts.maxsim);
          assert.equal(explained.score, hit.score);
          assert.equal(explained.parts.bm25 ?? 0, hit.parts.bm25 ?? 0);
          assert.equal(sumOf(explained.terms), explained.parts.bm25 ?? 0);
          assert.ok(explained.matches.every(({ queryToken }) => queryToken === ""));
        }
      }
      await engine.close();
    });

  it("is refused for what is not there", async () => {
    const dim = 16;
    const documents = seededDocuments({ seed: 7, count: 3, dim });
    const engine = await openInlineEngine(folder());
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    const [query] = seededQueries({ seed: 7, count: 1, dim });
    const asked = {
      collection: "notes",
      key: documents[0]!.key,
      passageNumber: undefined,
      text: "",
      vectors: query!.vectors,
      filter: undefined,
      lexicalWeight: undefined,
    };
    const explain = (change: Partial<typeof asked>): Promise<ExplainedPassage> =>
      engine.api.explain({ ...asked, ...change }, { signal });
    assert.equal((await explain({})).terms.length, 0);
    await assert.rejects(explain({ key: "none" }), hasReason("DOCUMENT_NOT_FOUND", /none/));
    await assert.rejects(explain({ collection: "none" }), hasReason("COLLECTION_NOT_FOUND"));
    const second = { ...asked, passageNumber: 1 };
    await assert.rejects(
      engine.api.explain(second, { signal }),
      hasReason("INVALID_FIELD", /passage_number is 1, .* has 1 passages/),
    );
    const words = { ...asked, text: "words", vectors: undefined };
    await assert.rejects(engine.api.explain(words, { signal }), hasReason("MODEL_REQUIRED"));
    await engine.close();
  });
});

describe("an explanation of text", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();
  const title = "Honey";
  const text = "Bees make honey from the nectar of flowers. They dance to tell where flowers are.";

  async function openProse(): Promise<{ engine: InlineEngine; api: EngineApi }> {
    const engine = await openInlineEngine(folder());
    await engine.api.createCollection({ name: "prose", ifNotExists: false });
    await engine.api.put("prose", { key: "bees", title, text, fields: new Map() });
    const other = { key: "ice", title: "", text: "Ice floats on water.", fields: new Map() };
    await engine.api.put("prose", other);
    return { engine, api: engine.api };
  }

  it("names the tokens and their places in query, text and title", async () => {
    const { engine, api } = await openProse();
    const asked = 'why do bees "make honey"';
    const { hits } = await finalOf(api, { collection: "prose", text: asked, k: 2 });
    const explained = await api.explain(
      {
        collection: "prose",
        key: "bees",
        text: asked,
        vectors: undefined,
        filter: undefined,
        lexicalWeight: undefined,
        passageNumber: undefined,
      },
      { signal },
    );
    assert.equal(explained.score, hits[0]?.score);
    assert.equal(sumOf(explained.matches), hits[0]?.parts.maxsim);
    const bees = explained.matches.find(({ queryToken }) => queryToken === "bees");
    assert.ok(bees?.querySpan !== undefined);
    assert.equal(asked.slice(bees.querySpan.start, bees.querySpan.end), "bees");
    assert.equal(bees.passageToken, "bees");
    assert.deepEqual(bees.passageSpan, { start: 0, end: 4 });
    for (const { passageSpan, titleSpan, passageToken } of explained.matches) {
      const place = passageSpan ?? titleSpan;
      if (place === undefined) continue;
      const shown = (passageSpan === undefined ? title : text).slice(place.start, place.end);
      assert.equal(shown.toLowerCase(), passageToken.replace(/^##/, ""));
    }
    assert.deepEqual(explained.terms.map(({ term }) => term).sort(), ["bee", "honey", "make"]);
    await engine.close();
  });

  it("comes over gRPC and from the command line, with a map of the text", async () => {
    const server = await startServerProcess({ data: folder() });
    await server.client.collections.create({ name: "prose" });
    await server.client.ingest("prose", [{ key: "bees", title, text, fields: new Map() }]);
    const explained = await server.client.explain({
      collection: "prose",
      key: "bees",
      text: "where is nectar",
    });
    assert.equal(sumOf(explained.matches), explained.parts.maxsim);
    const flags = ["--server", server.address];
    const shown = await runProgram(["explain", "prose", "bees", "where is nectar", ...flags]);
    assert.match(shown, /passage 0: 0\.\d+ = MaxSim \d+\.\d+ \/ \d+ rows \+ 0\.15 x BM25/);
    assert.match(shown, /nectar +█+░* 0\.\d+ +nectar +text 25-31/);
    assert.match(shown, /honey from the \[nectar\] of/);
    const json = await runProgram(["explain", "prose", "bees", "nectar", "--json", ...flags]);
    const parsed = JSON.parse(json) as { readonly parts: { readonly maxsim: number } };
    assert.ok(parsed.parts.maxsim > 0);
    await stopServer(server);
  });
});
